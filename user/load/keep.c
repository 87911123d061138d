// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How the kernel side outlives the daemon. All that belongs to it is pinned as soon as all of it is live; the
 * next daemon uses the same maps, opens the links in place of attaching, and goes on where the ring stands.
 *
 * It has to be exactly ours for that: the same object, kernel features and options. Else ours is attached beside
 * it, and it is let go of only then: calls that are under way end with both, and what both have told is
 * told once (user/event/overlap.h).
 */
#include "user/load/probe_impl.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "user/load/libraries.h"
#include "user/log.h"
#include "user/now.h"

static_assert(ATR_HOOKS_MAX <= (int)ATR_KEPT_HOOKS && (int)ATR_FACT_MAX <= (int)ATR_KEPT_FACTS &&
		      (int)TRACEFS_NAME_MAX == (int)ATR_KEPT_NAME,
	      "what is kept has room");

/* So long both are attached. Longer than the times differ at which the two see one event (overlap.h). */
#define BESIDE_MS 150

/* --- what is ours ----------------------------------------------------------------------------- */

static __u64 hash(__u64 sum, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (; len; len--, p++)
		sum = (sum ^ *p) * 0x100000001b3ULL;
	return sum;
}

static __u64 hash_text(__u64 sum, const char *text)
{
	return hash(sum, text, strlen(text) + 1);
}

/* What the object does not show: which program tells what, and by which numbers we speak of it. */
static __u64 hash_hooks(__u64 sum)
{
	const struct hook *hook;
	__u64 numbers[2];

	for (hook = atr_hooks; hook < atr_hooks + atr_hooks_count; hook++) {
		numbers[0] = hook->fact;
		numbers[1] = hook->mode;
		sum = hash_text(hash_text(sum, hook->program), hook->point);
		sum = hash(hash_text(sum, hook->type), numbers, sizeof(numbers));
	}
	return sum;
}

/* Field by field: nobody says what is between them. */
static __u64 identity(const struct probe *probe)
{
	const struct atr_features *f = &probe->features;
	const struct atr_probe_opts *o = &probe->opts;
	const __u32 opts[] = { o->failed, o->logins, o->tty, o->exact, o->hooks, o->ring_bytes };
	__u64 sum = 0xcbf29ce484222325ULL;
	size_t size;
	const void *object = autrail_bpf__elf_bytes(&size);

	sum = hash_hooks(hash(sum, object, size));
	sum = hash(sum, opts, sizeof(opts));
	sum = hash(sum, f, offsetof(struct atr_features, tty) + sizeof(f->tty));
	sum = hash(sum, &f->tty_read, sizeof(f->tty_read));
	sum = hash(sum, &f->uretprobe, sizeof(f->uretprobe));
	sum = hash(sum, f->spaces, sizeof(f->spaces));
	sum = hash(sum, &f->lsms, sizeof(f->lsms));
	return hash(sum, &f->labels, offsetof(struct atr_label_sources, inode) + sizeof(__u32));
}

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return !strncmp(path, dir, len) && path[len] == '/';
}

static const char *difference(const struct probe *probe, const struct side *side)
{
	if (!probe->opts.pin_dir || !is_below(side->path, probe->opts.pin_dir))
		return "by one that was to keep it there";
	if (side->foreign)
		return "by another version of autrail, whose events are not to be read";
	if (side->source.kept->identity != identity(probe))
		return "by another build of autrail, or with other options";
	if (side_links(side) != side->source.kept->links)
		return "and has lost some of its hooks";
	return NULL;
}

/* And those in a directory where none is kept any more. That it cannot be read is said, and done without. */
static size_t look_before(const struct probe *probe, struct side *ret_sides, size_t max)
{
	const struct atr_pin_dirs *dirs = probe->taken ? probe->opts.pin_before : NULL;
	size_t i, n = 0;
	int err;

	for (i = 0; dirs && i < dirs->n; i++) {
		err = pins_check(dirs->dirs[i]);
		if (!err)
			err = sides_open(dirs->dirs[i], true, ret_sides + n, max - n);
		if (err > 0)
			n += err;
		else if (err && err != -ENOENT)
			log_warn("%s: %s; a kernel side that the one before has kept there is left "
				 "as it is",
				 dirs->dirs[i], pins_error(err));
	}
	return n;
}

/* Which of them are to be drained, and the one that goes on. */
static int look(struct probe *probe, const char **ret_why)
{
	const char *dir = probe->opts.pin_dir;
	int n = dir ? sides_open(dir, probe->taken, probe->sides, SIDES_MAX) : 0;

	probe->sides_n = 0;
	probe->adopted = NULL;
	*ret_why = NULL;
	if (n < 0)
		return n;
	n += look_before(probe, probe->sides + n, SIDES_MAX - n);
	if (!n)
		return 0;
	sides_sort(probe->sides, n);
	probe->sides_n = n;
	*ret_why = difference(probe, &probe->sides[n - 1]);
	if (!*ret_why) {
		probe->adopted = &probe->sides[n - 1];
		probe->sides_n--;
	}
	return 0;
}

static void look_end(struct probe *probe)
{
	size_t i;

	for (i = 0; i < probe->sides_n + (probe->adopted != NULL); i++)
		side_close(&probe->sides[i]);
	probe->sides_n = 0;
	probe->adopted = NULL;
}

static void keep_nothing(struct probe *probe, int err)
{
	log_warn(
		"pin_dir %s: %s; the kernel side ends with this daemon, and what happens until the next one "
		"is ready is not recorded",
		probe->opts.pin_dir, pins_error(err));
	probe->opts.pin_dir = NULL;
}

void keep_look(struct probe *probe)
{
	const char *why;
	int err;

	if (!probe->opts.pin_dir)
		return;
	err = pins_prepare(probe->opts.pin_dir);
	if (!err)
		err = look(probe, &why);
	if (err)
		keep_nothing(probe, err);
}

int keep_take(struct probe *probe)
{
	const bool goes_on = probe->adopted;
	const char *why = NULL;
	int err;

	if (probe->taken)
		return 0;
	err = probe->opts.take ? probe->opts.take(probe->opts.ctx) : 0;
	if (err)
		return err;
	probe->taken = true;
	look_end(probe);
	/* Again: ctl detach may have been at work, and has taken the directory, too. */
	err = probe->opts.pin_dir ? pins_prepare(probe->opts.pin_dir) : 0;
	if (!err)
		err = look(probe, &why);
	if (err) {
		keep_nothing(probe, err);
		look(probe, &why);
	}
	if (why)
		log_info("the kernel side that is kept in %s was loaded %s: it is replaced",
			 probe->sides[probe->sides_n - 1].path, why);
	if (probe->adopted && goes_on)
		log_info("going on with the kernel side that is kept in %s", probe->adopted->path);
	/* Ours is loaded, or was to be the one that is not there any more. */
	return (probe->adopted != NULL) != goes_on;
}

void keep_modes(struct probe *probe)
{
	size_t i;

	for (i = 0; i < ATR_FACT_MAX; i++)
		probe->mode[i] = probe->adopted->source.kept->mode[i];
}

int keep_give_up(struct probe *probe, int err)
{
	log_warn("cannot go on with the kernel side in %s: %s; it is replaced",
		 probe->adopted->path, err < 0 ? strerror(-err) : "a hook of it is missing");
	probe->adopted = NULL;
	probe->sides_n++;
	return 1;
}

struct bpf_link *keep_link(struct probe *probe, size_t i)
{
	struct bpf_link *link = NULL;

	if (probe->adopted)
		link = side_link(probe->adopted, &atr_hooks[i]);
	if (link)
		probe->link_program[i] = side_program(probe->adopted, &atr_hooks[i]);
	probe->kept[i] = link;
	return link;
}

bool keep_links_all(const struct probe *probe)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < atr_hooks_count; i++)
		n += probe->kept[i];
	return n == probe->adopted->source.kept->links;
}

void keep_link_end(struct probe *probe, size_t i)
{
	bpf_link__destroy(probe->link[i]);
	probe->link[i] = NULL;
	if (probe->link_program[i] > 0)
		close(probe->link_program[i]);
	probe->link_program[i] = 0;
}

/* --- our own ---------------------------------------------------------------------------------- */

static int map_fd(const struct probe *probe, const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(probe->skel->obj, name);

	return fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

static int own_open(struct probe *probe)
{
	struct side *own = &probe->own;
	int kept = map_fd(probe, "atr_kept"), err;
	void *map;

	own->kept_size = sizeof(struct atr_kept);
	map = mmap(NULL, own->kept_size, PROT_READ | PROT_WRITE, MAP_SHARED, kept, 0);
	err = map == MAP_FAILED ? -errno : 0;
	if (kept >= 0)
		close(kept);
	if (err)
		return err;
	own->source.kept = map;
	own->source.seen = map_fd(probe, "atr_seen");
	own->ring_fd = map_fd(probe, "atr_ring");
	return reader__open(own->ring_fd, &own->source.reader);
}

/* What a kernel side has to know of itself, and of the one before it. */
static void kept_fill(struct probe *probe)
{
	struct atr_kept *kept = probe->own.source.kept;
	const struct side *last = probe->sides_n ? &probe->sides[probe->sides_n - 1] : NULL;
	size_t i;

	kept->abi = ATR_ABI;
	kept->identity = identity(probe);
	kept->id = probe->own.source.id;
	for (i = 0; i < ATR_FACT_MAX; i++)
		kept->mode[i] = probe->mode[i];
	memcpy(kept->event, probe->event, sizeof(probe->event));
	/* Until something is in the log all of it is still to be told. */
	kept->marks[0].ring = kept->id;
	if (!last)
		return;
	kept->after = last->source.id;
	kept->after_from = reader__position(last->source.reader);
	kept->after_to = reader__end(last->source.reader);
	if (last->foreign)
		return;
	kept->clock = last->source.kept->clock;
	kept->has_sessions = last->source.kept->has_sessions;
	memcpy(kept->sessions, last->source.kept->sessions, sizeof(kept->sessions));
	kept->marks[0].serial = last->source.kept->marks[last->source.kept->mark & 1].serial;
}

static bool is_perf(const struct bpf_link *link)
{
	struct bpf_link_info info = {};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(bpf_link__fd(link), &info, &len);
}

/* That of an iterator does nothing by itself; others are there only while they are needed. */
static bool stays_ours(size_t i)
{
	return atr_hooks[i].fact == ATR_FACT_LABEL || hook_on_demand(&atr_hooks[i]);
}

/* All links that are to outlive us. 0 or -errno. */
static int pin_links(struct probe *probe)
{
	struct atr_kept *kept = probe->own.source.kept;
	const char *dir = probe->opts.pin_dir;
	unsigned int without = 0;
	size_t i;
	int err;

	for (i = 0; i < atr_hooks_count; i++) {
		if (!probe->link[i] || stays_ours(i))
			continue;
		if (is_perf(probe->link[i])) {
			without++;
			continue;
		}
		err = pins_hook(dir, kept->id, &atr_hooks[i], bpf_link__fd(probe->link[i]),
				bpf_program__fd(probe_program(probe, i)));
		if (err)
			return err;
		probe->kept[i] = true;
		kept->links++;
	}
	if (without)
		log_warn(
			"this kernel keeps no hooks on functions and system calls without a process: %u "
			"of them are missing from the end of this daemon to the start of the next one, and "
			"what happens then is recorded in part or not at all; autrail check names them",
			without);
	return 0;
}

/* Of what goes on the events in tracefs are those of who began it. */
static void events_adopt(struct probe *probe)
{
	const struct atr_kept *kept = probe->own.source.kept;
	size_t i;

	for (i = 0; i < atr_hooks_count; i++) {
		if (probe->kept[i])
			memcpy(probe->event[i], kept->event[i], sizeof(probe->event[i]));
	}
}

int keep_begin(struct probe *probe)
{
	struct side *own = &probe->own;
	const char *dir = probe->opts.pin_dir;
	int err = own_open(probe);

	if (err) {
		log_error("cannot map the ring of %u bytes: %s", probe->opts.ring_bytes,
			  strerror(-err));
		return err;
	}
	if (probe->adopted) {
		own->source.id = probe->adopted->source.id;
		memcpy(own->path, probe->adopted->path, sizeof(own->path));
		events_adopt(probe);
		side_close((struct side *)probe->adopted);
		probe->pinned = true;
	} else {
		own->source.id = boot_now();
		kept_fill(probe);
	}
	if (dir && !probe->adopted) {
		side_path(own->path, dir, own->source.id);
		err = pins_maps(dir, own->source.id, probe->skel->obj);
		if (!err)
			err = pin_links(probe);
		probe->pinned = !err;
		if (err) {
			log_warn("cannot keep the kernel side in %s: %s; it ends with this daemon",
				 own->path, strerror(-err));
			side_unpin(own);
		}
	}
	if (probe->pinned)
		__atomic_store_n(&own->source.kept->magic, ATR_KEPT_MAGIC, __ATOMIC_RELEASE);
	probe->now = probe->sides_n ? &probe->sides[0].source : &own->source;
	return 0;
}

const char *probe__pin_path(const struct probe *probe)
{
	return probe->pinned ? probe->own.path : NULL;
}

/* --- those before ----------------------------------------------------------------------------- */

void keep_before_end(struct probe *probe)
{
	const struct timespec beside = { 0, BESIDE_MS * 1000000L };
	struct side *side = probe->sides;

	if (!probe->sides_n)
		return;
	nanosleep(&beside, NULL);
	for (; side < &probe->sides[probe->sides_n]; side++) {
		if (!side->foreign && !side->source.kept->until)
			side->source.kept->until = boot_now();
		side_detach(side);
	}
}

bool probe__before(struct probe *probe)
{
	if (probe->side_next == probe->sides_n)
		return false;
	probe->now = &probe->sides[probe->side_next].source;
	return true;
}

__u64 probe__id(const struct probe *probe)
{
	return probe->now->id;
}

const struct reader *probe__reader(const struct probe *probe)
{
	return probe->now->reader;
}

__u64 probe__ring_used(const struct probe *probe)
{
	return reader__used(probe->own.source.reader);
}

int probe__seek(struct probe *probe, __u64 position, __u64 needed)
{
	return reader__seek(probe->now->reader, position, needed);
}

bool probe__resumed(const struct probe *probe)
{
	return probe->now != &probe->own.source || probe->adopted;
}

struct atr_kept *probe__kept(struct probe *probe)
{
	return probe->own.source.kept;
}

struct atr_kept *probe__kept_now(struct probe *probe)
{
	return probe->now->kept;
}

bool probe__hook_kept(const struct probe *probe, size_t i)
{
	return probe->link[i] && !is_perf(probe->link[i]) && !stays_ours(i);
}

bool probe__readable(const struct probe *probe)
{
	return probe->now == &probe->own.source || !probe->sides[probe->side_next].foreign;
}

__u64 probe__unread(const struct probe *probe)
{
	const struct side *side = &probe->sides[probe->side_next];
	const struct atr_kept *own = probe->own.source.kept;

	/* What it has told from then on ours has told as well. */
	return side_waiting_to(side, own->after == side->source.id ? own->after_to : ~0ULL);
}

__u64 probe__until(const struct probe *probe)
{
	return probe->now->kept->until;
}

int probe__overlap(const struct probe *probe, probe_event_fn fn, void *ctx)
{
	const struct side *side = &probe->sides[probe->side_next];
	const struct side *next = probe->side_next + 1 < probe->sides_n ? side + 1 : &probe->own;
	const struct reader *reader = side->source.reader;

	if (side->foreign || next->foreign || next->source.kept->after != side->source.id)
		return 0;
	return reader__scan(reader, next->source.kept->after_from, reader__end(reader), fn, ctx);
}

void probe__before_done(struct probe *probe)
{
	probe->side_next++;
	probe->now = probe->side_next < probe->sides_n ? &probe->sides[probe->side_next].source :
							 &probe->own.source;
}

void probe__before_gone(struct probe *probe)
{
	const struct atr_pin_dirs *dirs = probe->opts.pin_before;
	size_t i;

	for (i = 0; i < probe->sides_n; i++)
		side_remove(&probe->sides[i]);
	/* Of those who made them they were in use until now. */
	if (probe->sides_n)
		tracefs_returns_clean();
	probe->sides_n = probe->side_next = 0;
	/* It is left where somebody keeps anything else there. */
	for (i = 0; dirs && i < dirs->n; i++)
		rmdir(dirs->dirs[i]);
}

/* --- the end ---------------------------------------------------------------------------------- */

void keep_detach(struct probe *probe)
{
	if (probe->pinned)
		side_let_go(&probe->own);
}

void probe__leave(struct probe *probe)
{
	size_t i;

	if (!probe->pinned || probe->detached)
		return;
	for (i = 0; i < ATR_FACT_MAX; i++) {
		libraries__leave(probe->libraries[i]);
		probe->libraries[i] = NULL;
	}
	for (i = 0; i < atr_hooks_count; i++) {
		/* What is kept is only let go of: else libbpf turns off events of perf. */
		if (probe->link[i] && probe->kept[i])
			bpf_link__disconnect(probe->link[i]);
		keep_link_end(probe, i);
	}
	probe->detached = probe->left = true;
}

void keep_end(struct probe *probe)
{
	size_t i;

	/* What was there before is not to be lost because we could not go on. */
	if (probe->adopted || probe->sides_n)
		probe__leave(probe);
	probe__detach(probe);
	if (probe->pinned && !probe->left)
		side_unpin(&probe->own);
	side_close(&probe->own);
	for (i = 0; i < probe->sides_n; i++)
		side_close(&probe->sides[i]);
}
