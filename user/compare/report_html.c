// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/compare/report.h"

void report_html(const struct compare *c, FILE *out)
{
	fputs("<!DOCTYPE html>\n", out);
}
