/* A LimeSurvey for shell tests (tests/support/lime_peer.h): serves until a line or the end of stdin. */
#include <inttypes.h>

#include "support/lime_peer.h"

#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	struct lime_peer_options o = { .survey = 123456, .user = "admin", .password = "pw" };
	struct lime_peer *p;

	if (argc > 1)
		o.port = (int)strtol(argv[1], NULL, 10);
	p = lime_peer_start(&o);
	printf("%s\n", lime_peer_url(p));
	fflush(stdout);
	while (getchar() != EOF)
		;
	lime_peer_stop(p);
	return 0;
}
