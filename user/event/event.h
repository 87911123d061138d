/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes to a checked view. Nothing else in user space looks at an event's bytes before
 * event_view() has accepted them.
 */
#ifndef ATR_EVENT_EVENT_H
#define ATR_EVENT_EVENT_H

#include <stddef.h>

#include "bpf/event.h"

struct atr_view {
	const struct atr_hdr *hdr;
	const struct atr_task *task; /* whose it is; NULL for what is made in user space */
	union {
		const void *payload;
		const struct atr_exec *exec;
		const struct atr_chunk *chunk;
		const struct atr_clock *clock;
		const struct atr_file_answer *file_answer;
		const struct atr_item_answer *item_answer;
		const struct atr_name_answer *name_answer;
		const struct atr_label_answer *label_answer;
		const struct atr_message *message;
		const struct atr_login *login;
		const struct atr_pam *pam;
		const struct atr_abend *abend;
		const struct atr_tty *tty;
		const struct atr_kernel *kernel;
		const struct atr_session *session;
		const struct atr_address_answer *address_answer;
		const struct atr_place_answer *place_answer;
		const struct atr_daemon *daemon;
		const struct atr_lost *lost;
		const struct atr_host *host;
	};
};

/*
 * Check the event in data[size] and make a view of it; the view points into data. Returns
 * -EINVAL: data is not aligned to 8 bytes; -EPROTO: another ABI; -ENOMSG: a kind not known here;
 * -EBADMSG: its sizes, strings or numbers do not hold together.
 */
int event_view(const void *data, size_t size, struct atr_view *ret_view);

/* The bytes of a string of a checked event; never NULL, not terminated. */
const char *event_str(const struct atr_view *view, const struct atr_str *str, size_t *ret_len);

/* What people call a kind or a cause; "unknown" for numbers outside the tables. */
const char *kind_name(unsigned int kind);
const char *cause_name(unsigned int cause);

#endif /* ATR_EVENT_EVENT_H */
