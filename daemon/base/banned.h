/*
 * banned.h - functions that have no safe use here.
 *
 * The compiler includes this file before every source file (-include), so a
 * use is an error that names the function. The system headers come first,
 * because they must still declare what we then forbid.
 */
#ifndef THUMOI_BASE_BANNED_H
#define THUMOI_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(f) sorry_##f##_is_banned_see_base_banned_h

#undef strcpy
#define strcpy(...)	BANNED(strcpy)
#undef strcat
#define strcat(...)	BANNED(strcat)
#undef strncpy
#define strncpy(...)	BANNED(strncpy)
#undef strncat
#define strncat(...)	BANNED(strncat)
#undef sprintf
#define sprintf(...)	BANNED(sprintf)
#undef vsprintf
#define vsprintf(...)	BANNED(vsprintf)
#undef strtok
#define strtok(...)	BANNED(strtok)
#undef gmtime
#define gmtime(...)	BANNED(gmtime)
#undef localtime
#define localtime(...)	BANNED(localtime)
#undef ctime
#define ctime(...)	BANNED(ctime)
#undef asctime
#define asctime(...)	BANNED(asctime)
#undef atoi
#define atoi(...)	BANNED(atoi)
#undef atol
#define atol(...)	BANNED(atol)

#endif
