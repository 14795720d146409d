/*
 * notify.h - tells the service manager how we are.
 *
 * Units      none.
 * Ownership  nothing.
 * Errors     none: without a service manager, or when it does not listen,
 *            nothing happens.
 * Threads    main thread.
 * Source     sd_notify(3): one datagram to NOTIFY_SOCKET.
 */
#ifndef THUMOI_APP_NOTIFY_H
#define THUMOI_APP_NOTIFY_H

void	notify_send(const char *state);		/* "READY=1", lines */
void	notify_reloading(void);			/* with the time systemd asks for */

#endif
