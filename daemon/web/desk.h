/*
 * desk.h - the reports as pages, for the administrator on this machine.
 *
 * /                               the campaigns
 * /report/CAMPAIGN/participation  both reports, as one page
 * /report/CAMPAIGN/causes         the same page, from the causes on
 * /metrics                        web/metrics.h
 *
 * Only on admin_listen, which is loopback. There is no log-in here, so the
 * Host a browser asks for must be loopback too: a foreign page whose name is
 * made to point at this machine gets nothing.
 *
 * Units      none.
 * Ownership  none.
 * Errors     handlers reply by themselves.
 * Threads    pool threads.
 * Source     engine/report.h.
 */
#ifndef THUMOI_WEB_DESK_H
#define THUMOI_WEB_DESK_H

#include "web/request.h"

void	desk_index(struct request *);
void	desk_participation(struct request *);
void	desk_causes(struct request *);
/* By a name of this machine; else the reply is made, and false. */
bool	desk_asked_here(struct request *);

#endif
