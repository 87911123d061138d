// SPDX-License-Identifier: GPL-2.0-or-later
/* autrail daemon: the agent with a configuration and a log of its own, as auditd has them. */
#include <assert.h>
#include <errno.h>
#include <libaudit.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "user/cmd/agent.h"
#include "user/cmd/caps.h"
#include "user/cmd/commands.h"
#include "user/cmd/configure.h"
#include "user/cmd/control.h"
#include "user/cmd/instance.h"
#include "user/cmd/notify.h"
#include "user/cmd/who.h"
#include "user/log.h"
#include "user/sink/log.h"
#include "user/sink/log_journal.h"
#include "user/sink/plugins.h"
#include "version.h"

/* Events wait in so much memory while the disk takes none. */
#define HOLD_MAX (64 << 20)

/* The log is looked after so often: its file, the space on the disk, what waits. */
#define TICK_MS 1000

/* As those of trace: kernel audit counts from 1. */
#define FIRST_SERIAL 0x80000000U

static struct daemon_opts {
	const char *conf;
} daemon_opts = {
	.conf = "/etc/autrail/autrail.conf",
};

struct daemon {
	const struct daemon_opts *opts;
	struct conf conf;
	struct tty_patterns tty;  /* of the start, too: what is marked is marked by these */
	struct log_opts log_opts; /* of the start */
	struct log *log;	  /* NULL: write_logs = no */
	struct plugins *plugins;
	struct agent *agent;
	struct agent_opts agent_opts;
	struct instance instance;
	pid_t before; /* that it has taken over from; 0: there was none */
	int code;     /* why it could not begin, where that is not the kernel's doing; 0: nothing */
	union {
		struct log_tag tag;
		struct atr_kept_mark mark;
	} last;			 /* what is known of the last event in the log */
	struct control *control; /* NULL: it could not be had */
	struct notify notify;
	bool enriched; /* how records are made, since the start */
};

static_assert(sizeof(struct atr_kept_mark) <= sizeof(struct log_tag), "a mark is a tag");

static const char *set_conf(void *dest, const char *arg)
{
	((struct daemon_opts *)dest)->conf = arg;
	return NULL;
}

static const struct opt opts[] = {
	{ 'c', "config", "FILE", "read this instead of /etc/autrail/autrail.conf", set_conf },
	{},
};

/* --- the log ---------------------------------------------------------------------------------- */

static int write_log(void *ctx, const char *text, size_t len, const struct atr_kept_mark *mark)
{
	struct daemon *d = ctx;
	struct log_tag tag = { 0 };
	int err = 0, none;

	memcpy(&tag, mark, sizeof(*mark));
	if (d->log)
		err = log__write(d->log, text, len, &tag);
	none = plugins__write(d->plugins, text, len);
	/* Where there is a log the plugins have an account of their own. */
	return d->log ? err : none;
}

static bool settled(void *ctx)
{
	const struct daemon *d = ctx;
	struct log_counters c;

	if (!d->log)
		return true;
	log__counters(d->log, &c);
	return !c.held;
}

static void tell(void *ctx, enum atr_tell level, const char *text)
{
	static const enum atr_log_level levels[] = {
		[ATR_TELL_ALERT] = ATR_LOG_ERROR,
		[ATR_TELL_ERROR] = ATR_LOG_ERROR,
		[ATR_TELL_WARN] = ATR_LOG_WARN,
		[ATR_TELL_INFO] = ATR_LOG_INFO,
	};

	log_message(levels[level], "%s", text);
}

/* As auditd does it; both only where the configuration says so in as many words. */
static void runlevel(void *ctx, enum atr_act act)
{
	const char *level = act == ATR_ACT_HALT ? "0" : "1";

	log_error("the configuration wants this machine %s now",
		  act == ATR_ACT_HALT ? "to halt" : "in single user mode");
	if (fork() == 0) {
		execl("/sbin/init", "init", level, (char *)NULL);
		_exit(1);
	}
}

static int log_open(struct daemon *d, const struct conf *conf, const struct log_opts *log,
		    struct log_tag *ret_tag)
{
	const struct log_calls calls = { .ctx = d, .tell = tell, .runlevel = runlevel };
	int err;

	if (!conf->write_logs)
		return 0;
	err = log__open(log, &calls, &d->log, ret_tag);
	if (err)
		log_error("cannot open the log %s: %s", conf->log_file, strerror(-err));
	return err;
}

/* A record about a plugin. */
static void record_plugin(void *ctx, const char *body)
{
	agent__record(((struct daemon *)ctx)->agent, AUDIT_DAEMON_ERR, body);
}

/*
 * All that a configuration can be wrong about, before whoever runs is told to end. Plugins are started with a tick:
 * there is an agent by then for records about them. Returns an exit code.
 */
static int outputs_prepare(struct daemon *d)
{
	const struct plugins_calls calls = {
		.ctx = d,
		.tell = tell,
		.record = record_plugin,
		.runlevel = runlevel,
	};
	struct plugins_opts plugins;
	int err;

	err = configure_log(&d->conf, HOLD_MAX, &d->log_opts);
	if (!err && d->conf.write_logs)
		err = log_opts__check(&d->log_opts);
	if (!err) {
		configure_plugins(&d->conf, &d->log_opts, d->enriched, &plugins);
		err = plugins__open(&plugins, &calls, &d->plugins);
	}
	if (err) {
		log_error("nothing is recorded: %s", strerror(-err));
		return ATR_EXIT_RUNTIME;
	}
	if (!d->conf.write_logs && !plugins__active(d->plugins)) {
		log_error("write_logs = no, and %s has no active plugin: records would go nowhere",
			  d->conf.plugin_dir);
		return ATR_EXIT_CONFIG;
	}
	d->agent_opts.wake = plugins__fd(d->plugins);
	return ATR_EXIT_OK;
}

static void before_gone(void *ctx)
{
	instance__settled(&((struct daemon *)ctx)->instance);
}

static void waits(void *ctx)
{
	notify__tick(&((struct daemon *)ctx)->notify);
}

/* What the log that had this kernel side before notes of it: the later one of the two counts. */
static void other_journal(struct daemon *d)
{
	const char *path = d->instance.other_journal;
	const __u64 serial = d->last.mark.serial;
	struct log_journal *journal;
	typeof(d->last) last;

	if (!*path || access(path, F_OK) || log_journal__open(path, &journal))
		return;
	log_journal__tag(journal, &last.tag);
	log_journal__free(journal);
	if (last.mark.ring > d->last.mark.ring ||
	    (last.mark.ring == d->last.mark.ring && last.mark.position > d->last.mark.position))
		d->last = last;
	/* Each log's serials rise, whoever has had the kernel side meanwhile. */
	if (d->last.mark.serial < serial)
		d->last.mark.serial = serial;
}

/* From here on it is us: whoever was before has ended, and the log, which he had open, tells how far he came. */
static int take(void *ctx)
{
	struct daemon *d = ctx;
	const struct instance_wait wait = { waits, d };
	int err = instance__take(&d->conf, &wait, &d->instance, &d->before);

	d->code = ATR_EXIT_RUNTIME;
	d->log_opts.journal = d->instance.journal;
	if (!err)
		err = log_open(d, &d->conf, &d->log_opts, &d->last.tag);
	if (err)
		return err;
	d->code = ATR_EXIT_OK;
	other_journal(d);
	d->agent_opts.record.first_serial = d->last.mark.serial ? d->last.mark.serial :
								  FIRST_SERIAL;
	return 0;
}

/* --- records of its own ----------------------------------------------------------------------- */

/* Who has sent a signal; ATR_UNSET for what cannot be seen any more. */
static void sender_find(struct who *ret, __u32 pid)
{
	who_of_pid(ret, pid);
	if (!pid)
		ret->pid = ATR_UNSET;
}

/* auditd's words, and its order of fields. */
static void record_start(struct daemon *d)
{
	char text[256];
	struct utsname name = { 0 };
	struct who self;

	uname(&name);
	who_of_pid(&self, getpid());
	snprintf(text, sizeof(text),
		 "op=start ver=%s format=%s kernel=%.64s auid=%u pid=%d uid=%u ses=%u res=success",
		 ATR_VERSION, d->conf.log_format == CONF_ENRICHED ? "enriched" : "raw",
		 name.release, self.auid, getpid(), getuid(), self.ses);
	agent__record(d->agent, AUDIT_DAEMON_START, text);
}

static void record_found(struct daemon *d)
{
	const struct agent_found *found = agent__found(d->agent);
	struct who who;
	char text[256];

	if (!found->goes_on && !found->replaced)
		return;
	sender_find(&who, d->before);
	log_info("%llu events had been kept%s", found->events,
		 found->unread ? ", and some that cannot be read" : "");
	snprintf(text, sizeof(text),
		 "op=take-over kernel-side=%s events=%llu lost=%llu auid=%u pid=%d subj=? res=%s",
		 found->replaced ? "replaced" : "same", found->events, found->unread, who.auid,
		 who.pid, found->unread ? "failed" : "success");
	agent__record(d->agent, AUDIT_DAEMON_CONFIG, text);
}

static void record_act(struct daemon *d, __u32 type, const char *op, __u32 pid, int err)
{
	struct who who;
	char text[256];

	sender_find(&who, pid);
	snprintf(text, sizeof(text), "op=%s auid=%u uid=%u ses=%d pid=%d res=%s", op, who.auid,
		 who.uid, who.ses, who.pid, err ? "failed" : "success");
	agent__record(d->agent, type, text);
}

/* --- signals ---------------------------------------------------------------------------------- */

static void counters_tell(const struct log *log)
{
	struct log_counters c;

	log__counters(log, &c);
	log_info("log: %llu events, %llu bytes, %llu rotations; %llu dropped, %llu errors",
		 c.written, c.bytes, c.rotations, c.dropped, c.errors);
}

/* With write_logs changed the log comes, or goes: what waits in it is written, or lost and counted. */
static int log_change(struct daemon *d, const struct conf *conf, const struct log_opts *log)
{
	if (!d->log)
		return log_open(d, conf, log, NULL);
	if (conf->write_logs)
		return log__reconfigure(d->log, log);
	counters_tell(d->log);
	log__free(d->log);
	d->log = NULL;
	return 0;
}

/* Another file is another log: nobody else's, and whoever is started for it finds us. */
static int log_reconfigure(struct daemon *d, const struct conf *conf, struct log_opts *log)
{
	int err = instance__move(&d->instance, conf->log_file);

	if (err)
		return err;
	log->journal = d->instance.journal;
	err = log_change(d, conf, log);
	if (err)
		instance__move(&d->instance, d->conf.log_file);
	return err;
}

static void reconfigure(struct daemon *d, __u32 pid)
{
	struct plugins_opts plugins;
	struct log_opts log;
	struct who who;
	struct conf conf;
	char text[256];
	int err;

	err = configure_read(d->opts->conf, &conf);
	if (!err) {
		err = configure_log(&conf, HOLD_MAX, &log);
		if (!err)
			err = log_reconfigure(d, &conf, &log);
		if (!err) {
			configure_plugins(&conf, &log, d->enriched, &plugins);
			plugins__reload(d->plugins, &plugins);
		}
		configure_log_free(&log);
		if (err) {
			log_error("the log stays as it was: %s", strerror(-err));
			conf_free(&conf);
		}
	}
	if (!err) {
		/* What is read at the start alone takes effect with the next one. */
		configure_rules(&conf, &d->agent_opts.rules);
		if (d->control)
			control__configure(d->control, &conf);
		conf_free(&d->conf);
		d->conf = conf;
	} else {
		log_warn("the configuration stays as it was");
	}
	if (d->agent_opts.rules.n || agent__rules(d->agent, 0))
		agent__reload(d->agent);
	control__reloaded(d->control, pid);
	sender_find(&who, pid);
	snprintf(text, sizeof(text), "op=reconfigure state=%s auid=%u pid=%d subj=? res=%s",
		 err ? "no-change" : "changed", who.auid, who.pid, err ? "failed" : "success");
	agent__record(d->agent, AUDIT_DAEMON_CONFIG, text);
}

static void signalled(void *ctx, int signal, __u32 pid)
{
	struct daemon *d = ctx;
	int err;

	switch (signal) {
	case SIGHUP:
		notify__reloading(&d->notify);
		reconfigure(d, pid);
		notify__say(&d->notify, "READY=1");
		break;
	case SIGUSR1:
		err = d->log ? log__rotate(d->log) : -ENOENT;
		record_act(d, AUDIT_DAEMON_ROTATE, "rotate-logs", pid, err);
		break;
	case SIGUSR2:
		err = d->log ? log__resume(d->log) : 0;
		plugins__resume(d->plugins);
		record_act(d, AUDIT_DAEMON_RESUME, "resume-logging", pid, err);
		break;
	default:
		break;
	}
}

static void tick(void *ctx)
{
	struct daemon *d = ctx;

	if (d->log)
		log__tick(d->log);
	plugins__tick(d->plugins);
	control__tick(d->control);
	notify__tick(&d->notify);
}

/* --- the command ------------------------------------------------------------------------------ */

/* As auditd does; plugins have it as well. */
static void boost(unsigned int by)
{
	errno = 0;
	if (by && nice(by > INT_MAX ? -INT_MAX : -(int)by) == -1 && errno)
		log_warn("priority_boost = %u has no effect: %s", by, strerror(errno));
}

static int daemon_run(void *dest, int argc, char **argv)
{
	struct daemon d = { .opts = dest, .instance = INSTANCE_NONE };
	struct output output = { .write = write_log, .settled = settled, .ctx = &d };
	int code = ATR_EXIT_CONFIG;
	int ended;
	__u32 pid;

	notify__open(&d.notify);
	if (configure_read(d.opts->conf, &d.conf))
		return code;
	code = ATR_EXIT_CONFIG;
	d.agent_opts = (struct agent_opts){
		.output = &output,
		.mark = &d.last.mark,
		.take = take,
		.before_gone = before_gone,
		.hands_over = true,
		.watch = -1,
		.wake = -1,
		.controls = true,
		.signalled = signalled,
		.tick = tick,
		.tick_ms = TICK_MS,
		.ctx = &d,
	};
	configure_agent(&d.conf, &d.agent_opts);
	d.agent_opts.probe.pin_before = &d.instance.before;
	d.enriched = d.agent_opts.record.format == ATR_FORMAT_ENRICHED;
	if (rules_check(&d.agent_opts.rules, false))
		goto out;
	code = ATR_EXIT_PRIVILEGE;
	if (!privilege_check("daemon"))
		goto out;
	caps_tell(d.conf.kernel_audit);
	boost(d.conf.priority_boost);
	code = outputs_prepare(&d);
	if (code)
		goto out;
	code = agent__start(&d.agent_opts, &d.agent);
	if (code && d.code)
		code = d.code;
	if (code)
		goto out;
	/* Plugins begin there, with what capabilities we have then. */
	caps_keep();
	code = agent__catch_up(d.agent);
	if (code)
		goto out;
	record_start(&d);
	record_found(&d);
	/* Without, it does all else: whoever cannot be told anything can be told by signals. */
	if (control__new(&d.conf, d.agent, &d.log, d.plugins, &d.control))
		log_warn("there are no `autrail status`, no `autrail ctl` and no metrics_file");
	plugins__tick(d.plugins);
	notify__say(&d.notify, "READY=1");
	code = agent__run(d.agent);
	notify__say(&d.notify, "STOPPING=1");
	plugins__settle(d.plugins);
	ended = agent__signal(d.agent, &pid);
	record_act(&d, AUDIT_DAEMON_END, ended == SIGQUIT ? "hand-over" : "terminate", pid, 0);
	if (ended == SIGQUIT)
		agent__settle(d.agent);
	plugins__finish(d.plugins);
	if (d.log)
		counters_tell(d.log);
out:
	control__free(d.control);
	notify__close(&d.notify);
	plugins__free(d.plugins);
	agent__free(d.agent);
	log__free(d.log);
	configure_log_free(&d.log_opts);
	conf_free(&d.conf);
	instance__release(&d.instance);
	return code;
}

const struct command atr_command_daemon = {
	.name = "daemon",
	.summary = "write records to a log, as autrail.conf says, until told to stop",
	.opts = opts,
	.run = daemon_run,
	.dest = &daemon_opts,
};
