/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * # TYPE autrail_events_seen counter
 * # HELP autrail_events_seen Events that the hooks meant to report.
 * autrail_events_seen_total{kind="exec"} 1000
 * …
 * # EOF
 *
 * Types are those alone that the older format of Prometheus has, too: node_exporter reads that one.
 */
#include <string.h>

#include "user/control/figures.h"
#include "user/control/listing.h"
#include "user/event/event.h"

enum { RULE_TEXT_MAX = 1 << 20 };

static void write_string(struct text *t, const char *text)
{
	text_bytes(t, text, strlen(text));
}

static void family(struct text *t, const char *name, const char *type, const char *help)
{
	text_lit(t, "# TYPE autrail_");
	write_string(t, name);
	text_char(t, ' ');
	write_string(t, type);
	text_lit(t, "\n# HELP autrail_");
	write_string(t, name);
	text_char(t, ' ');
	write_string(t, help);
	text_char(t, '\n');
}

static void begin(struct text *t, const char *name)
{
	text_lit(t, "autrail_");
	write_string(t, name);
}

/* LABEL="VALUE" behind a brace or a comma; what is no ASCII has no say in what comes behind it. */
static void label_n(struct text *t, char before, const char *name, const char *value, size_t len)
{
	size_t i;

	text_char(t, before);
	write_string(t, name);
	text_lit(t, "=\"");
	for (i = 0; i < len; i++) {
		unsigned char c = value[i];

		if (c == '"' || c == '\\')
			text_char(t, '\\');
		text_char(t, c < ' ' || c > '~' ? '?' : c);
	}
	text_char(t, '"');
}

static void label(struct text *t, char before, const char *name, const char *value)
{
	label_n(t, before, name, value, strlen(value));
}

static void end(struct text *t, __u64 value)
{
	text_u64(t, " ", value);
	text_char(t, '\n');
}

static void gauge(struct text *t, const char *name, const char *help, __u64 value)
{
	family(t, name, "gauge", help);
	begin(t, name);
	end(t, value);
}

static void counter(struct text *t, const char *name, const char *help, __u64 value)
{
	family(t, name, "counter", help);
	begin(t, name);
	text_lit(t, "_total");
	end(t, value);
}

/* Of all kinds that there are: what get says. */
static void by_kind(struct text *t, const struct figures *f, const char *name, const char *help,
		    size_t offset)
{
	unsigned int kind;

	family(t, name, "counter", help);
	for (kind = 0; kind < ATR_KIND_USER; kind++) {
		if (kind == ATR_KIND_CHUNK || !strcmp(kind_name(kind), "unknown"))
			continue;
		begin(t, name);
		text_lit(t, "_total");
		label(t, '{', "kind", kind_name(kind));
		text_char(t, '}');
		end(t, *(const __u64 *)((const char *)&f->kinds[kind] + offset));
	}
}

static void losses(struct text *t, const struct figures *f)
{
	unsigned int kind, cause;

	family(t, "events_lost", "counter", "Events that were lost, and why.");
	for (kind = 0; kind < ATR_KIND_USER; kind++) {
		if (!strcmp(kind_name(kind), "unknown"))
			continue;
		for (cause = 0; cause < ATR_CAUSE_MAX; cause++) {
			begin(t, "events_lost_total");
			label(t, '{', "kind", kind_name(kind));
			label(t, ',', "cause", cause_name(cause));
			text_char(t, '}');
			end(t, f->kinds[kind].lost[cause]);
		}
	}
}

/* The same rule may be there twice (-A), so each has its number. */
static void rules(struct text *t, const struct figures *f)
{
	struct text line;
	size_t i;

	gauge(t, "rules", "Rules in force.", f->nrules);
	family(t, "rule_hits", "counter", "What the rule decided in user space.");
	text_init(&line, RULE_TEXT_MAX);
	for (i = 0; i < f->nrules; i++) {
		char number[21];

		if (!f->rules[i].counted)
			continue;
		text_reset(&line);
		listing_rule(&line, f->rules[i].rule);
		number[format_u64(number, i + 1)] = '\0';
		begin(t, "rule_hits_total");
		label(t, '{', "number", number);
		label_n(t, ',', "rule", line.buf, line.err ? 0 : line.len);
		text_char(t, '}');
		end(t, f->rules[i].hits);
	}
	text_free(&line);
}

static void hooks(struct text *t, const struct figures *f)
{
	size_t i;

	family(t, "hook", "gauge", "Whether a fact is had, and how.");
	for (i = 0; i < f->nfacts; i++) {
		begin(t, "hook");
		label(t, '{', "fact", f->facts[i].name);
		label(t, ',', "way", f->facts[i].way ? f->facts[i].way : "none");
		text_char(t, '}');
		end(t, f->facts[i].way != NULL);
	}
}

static void requests(struct text *t, const struct figures *f)
{
	const struct {
		const char *result;
		__u64 count;
	} rows[] = { { "done", f->done }, { "failed", f->failed }, { "refused", f->refused } };
	size_t i;

	family(t, "control_requests", "counter", "Requests at the control socket.");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(t, "control_requests_total");
		label(t, '{', "result", rows[i].result);
		text_char(t, '}');
		end(t, rows[i].count);
	}
}

static void by_plugin(struct text *t, const struct figures *f, const char *name, const char *type,
		      const char *help, size_t offset)
{
	size_t i;

	family(t, name, type, help);
	for (i = 0; i < f->nplugins; i++) {
		begin(t, name);
		write_string(t, strcmp(type, "counter") ? "" : "_total");
		label(t, '{', "plugin", f->plugins[i].name);
		text_char(t, '}');
		end(t, *(const __u64 *)((const char *)&f->plugins[i] + offset));
	}
}

static void plugins(struct text *t, const struct figures *f)
{
	if (!f->nplugins)
		return;
	by_plugin(t, f, "plugin_records", "counter", "Records that were for the plugin.",
		  offsetof(struct figures_plugin, seen));
	by_plugin(t, f, "plugin_written_records", "counter", "Those that it has read.",
		  offsetof(struct figures_plugin, written));
	by_plugin(t, f, "plugin_dropped_records", "counter", "Those that it will never have.",
		  offsetof(struct figures_plugin, dropped));
	by_plugin(t, f, "plugin_waiting_records", "gauge", "Those that wait for it.",
		  offsetof(struct figures_plugin, waiting));
	by_plugin(t, f, "plugin_starts", "counter", "How often it was started.",
		  offsetof(struct figures_plugin, starts));
}

/* s with nine digits behind the point. */
static void cpu(struct text *t, __u64 ns)
{
	family(t, "cpu_seconds", "counter", "CPU time of the daemon since it was ready.");
	begin(t, "cpu_seconds_total");
	text_u64(t, " ", ns / 1000000000);
	text_char(t, '.');
	text_padded(t, ns % 1000000000, 9);
	text_char(t, '\n');
}

void figures_metrics(struct text *t, const struct figures *f)
{
	family(t, "build_info", "gauge", "The version.");
	begin(t, "build_info");
	label(t, '{', "version", f->version);
	text_lit(t, "} 1\n");
	gauge(t, "start_time_seconds", "When the daemon was started.", f->start);
	gauge(t, "enabled", "0 off, 1 on, 2 on and locked.", f->enabled);
	by_kind(t, f, "events_seen", "Events that the hooks meant to report.",
		offsetof(struct figures_kind, seen));
	by_kind(t, f, "events_written", "Events that were written.",
		offsetof(struct figures_kind, written));
	by_kind(t, f, "events_filtered", "Events that rules left out in user space.",
		offsetof(struct figures_kind, filtered));
	by_kind(t, f, "events_left_out", "Events that rules left out in the kernel.",
		offsetof(struct figures_kind, left_out));
	losses(t, f);
	gauge(t, "ring_size_bytes", "The ring between kernel and daemon.", f->ring_size);
	gauge(t, "ring_used_bytes", "What waits in it.", f->ring_used);
	gauge(t, "ring_high_bytes", "The most that has waited.", f->ring_high);
	cpu(t, f->agent_ns);
	hooks(t, f);
	rules(t, f);
	counter(t, "log_events", "Events in the log.", f->log.written);
	counter(t, "log_bytes", "Bytes of them.", f->log.bytes);
	counter(t, "log_rotations", "Rotations.", f->log.rotations);
	counter(t, "log_errors", "Writes, flushes, renames and opens that failed.", f->log.errors);
	counter(t, "log_dropped_events", "Events that will never be in the log.", f->log.dropped);
	gauge(t, "log_waiting_events", "Events that wait for the disk.", f->log.held);
	gauge(t, "log_waiting_bytes", "Bytes of them.", f->log.held_bytes);
	gauge(t, "log_suspended", "Whether an action has suspended writing.", f->log.suspended);
	plugins(t, f);
	requests(t, f);
	text_lit(t, "# EOF\n");
}
