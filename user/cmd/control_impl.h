/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the control socket share. */
#ifndef ATR_CMD_CONTROL_IMPL_H
#define ATR_CMD_CONTROL_IMPL_H

#include "user/cmd/control.h"
#include "user/cmd/rulejob.h"
#include "user/cmd/who.h"
#include "user/control/figures.h"
#include "user/control/proto.h"

enum {
	CLIENTS_MAX = 8,
	STRANGERS_MAX = 4, /* who have no right, and are heard what they wanted */
	PLACES = CLIENTS_MAX + STRANGERS_MAX,
};

enum client_state {
	CLIENT_READING,	  /* its request */
	CLIENT_WAITING,	  /* for the lines that it has sent to be read */
	CLIENT_MEASURING, /* for time to pass */
	CLIENT_WRITING,	  /* what it is told */
	CLIENT_REFUSED,	  /* a stranger: what he has wanted is for the record */
};

struct client {
	int fd; /* -1: nobody */
	enum client_state state;
	__u64 until; /* ms: it is given up, or (MEASURING) answered */
	struct who who;
	char *in;
	size_t len, cap;
	struct text reply;
	size_t sent;
	struct figures_cost before;
};

/* Which file it is, whatever its name. */
struct file_id {
	dev_t dev;
	ino_t ino;
};

struct control {
	struct agent *agent;
	struct log *const *log;
	const struct plugins *plugins;
	int epoll, listener;
	bool deaf;  /* nobody is let in until the next tick */
	char *path; /* of the socket, and which file that is */
	struct file_id id;
	gid_t group;
	struct client clients[PLACES]; /* those of strangers last */
	struct rule_job *job;
	struct client *job_client; /* NULL: it has gone */
	struct who job_who;
	__u64 job_until;
	__u32 generation; /* of the rules that have been told of */
	unsigned int enabled;
	__u64 lost_before;
	__u64 start, begun; /* s since 1970; ms */
	__u64 cpu_before;   /* ns, until it was ready */
	__u64 done, failed, refused;
	struct {
		__u64 since; /* ms */
		unsigned int written;
		__u64 held_back;
	} refusals;
	char *metrics;
	__u64 metrics_at; /* ms: when it is to be written */
	bool metrics_failing;
	struct file_id metrics_id; /* of the one that was written last */
};

/* A socket that listens at path, in the place of one that is there, and which file it is. -errno. */
int control_listen(const char *path, struct file_id *ret_id);
/* Removes the file, unless another one is there by now. */
void control_remove(const char *path, const struct file_id *id);

/* ms, of a clock that nobody sets. */
__u64 control_now(void);

/*
 * What there is to be told goes to the client, with an exit code: out for standard output, err for messages. Both
 * may be NULL.
 */
void control__reply(struct control *c, struct client *client, int code, const struct text *out,
		    const struct text *err);
/* The same with one message. */
__attribute__((format(printf, 4, 5))) void
control__reply_error(struct control *c, struct client *client, int code, const char *format, ...);

/* What a request asks for. A reply is made now, or by one of the two below. */
void control__answer(struct control *c, struct client *client,
		     const struct control_request *request);
/* Its time has come. */
void control__measured(struct control *c, struct client *client);
/* The lines of c->job have been read; or (too late) they never may be. */
void control__job_done(struct control *c);
void control__job_late(struct control *c);

/* A record with this body. */
void control__record(struct control *c, __u32 type, struct text *body);

/* All figures as they are now, until the next tick; rules are the caller's to free. -ENOMEM. */
int control__figures(struct control *c, struct figures *ret, struct figures_rule **ret_rules);
/* Of these, what is measured over a time. */
void control__cost(const struct control *c, struct figures_cost *ret);

/* CPU time of this process. */
__u64 control_cpu(void);

/* The file of figures, if it is time. */
void control__metrics_tick(struct control *c);

#endif /* ATR_CMD_CONTROL_IMPL_H */
