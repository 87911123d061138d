// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A shift is believed when so many events in a row, and no pair between them, say the same one:
 * repeated acts (cron, a monitor) have likes at many distances, but a pair at the offset in force
 * comes between these.
 */
#include "user/compare/offset.h"

/* What is beyond the histogram counts in its first or last place. */
void offset__pair(struct offset *o, __s64 ms)
{
	__s64 beyond = ms - o->ms;

	o->run.n = 0;
	if (!o->pairs || beyond < o->least)
		o->least = beyond;
	if (!o->pairs || beyond > o->most)
		o->most = beyond;
	o->pairs++;
	if (beyond < -SPREAD_MS)
		beyond = -SPREAD_MS;
	if (beyond > SPREAD_MS)
		beyond = SPREAD_MS;
	o->spread[beyond + SPREAD_MS]++;
}

bool offset__suspect(struct offset *o, __s64 ms, __u64 at, unsigned int believe_after)
{
	__s64 apart = ms - o->run.ms;

	if (!o->run.n || apart > o->tolerance || apart < -o->tolerance) {
		o->run.n = 0;
		o->run.ms = ms;
	}
	if (++o->run.n < believe_after)
		return false;
	if (!o->pairs)
		o->first = o->run.ms;
	else if (o->nsteps++ < STEPS_MAX)
		o->steps[o->nsteps - 1] = (struct step){ at, o->ms, o->run.ms };
	o->ms = o->run.ms;
	o->run.n = 0;
	return true;
}

__s64 offset_percentile(const struct offset *o, double percent)
{
	__u64 below = 0;
	int i;

	for (i = 0; i <= 2 * SPREAD_MS; i++) {
		below += o->spread[i];
		if (below && (double)below * 100 >= percent * (double)o->pairs)
			return i - SPREAD_MS;
	}
	return 0;
}
