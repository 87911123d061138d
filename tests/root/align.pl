#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# align.pl [--eoe] A B OUT_A OUT_B: the events that both logs have, word for word but for their stamps, in the
# order of A and with A's times; what readers say of the two can then be held against each other. Serials count
# from 1000000000 in A's, from 3000000000 in B's. What only A has is printed, behind "title" if it is only its
# title that B has otherwise: kernel audit repeats the first one of a process. --eoe: an event of several records
# ends with an EOE record, as in a pipe.
use strict;
use warnings;

my $eoe = @ARGV && $ARGV[0] eq '--eoe' && shift;

# [[time, serial, [lines]], ...] in the order of the first lines.
sub read_log {
	my ($file) = @_;
	my (@events, %of);

	open(my $in, '<:raw', $file) or die "$file: $!\n";
	while (<$in>) {
		my ($head, $time, $serial, $body) = /^(type=\S+ msg=audit\()([0-9.]+):(\d+)(\):.*)$/s or next;
		next if /^type=DAEMON_/;
		my $event = $of{"$time:$serial"} //= do {
			push @events, [$time, $serial, []];
			$events[-1];
		};
		push @{$event->[2]}, [$head, $body];
	}
	return \@events;
}

# What auditd does not know stands at the end of a tail.
sub text_of {
	my ($event) = @_;
	my $text = join '', map { $_->[0] . $_->[1] } @{$event->[2]};

	$text =~ s/(?: |\x1d)(?:CONTAINER|MNTNS|PIDNS|USERNS|INPID|INUID|DERIVED|REFUSED|AUTRAIL)=\S*$//mg;
	return $text;
}

# Without its title.
sub act_of {
	my ($event) = @_;

	return join "\n", grep { !/^type=PROCTITLE/ } split /\n/, text_of($event);
}

sub put {
	my ($out, $stamp, $event) = @_;

	print $out "$_->[0]$stamp$_->[1]" for @{$event->[2]};
	print $out "type=EOE msg=audit($stamp): \n" if $eoe && @{$event->[2]} > 1;
}

my ($a, $b) = map { read_log($_) } @ARGV[0, 1];
my ($out_a, $out_b) = map { open(my $out, '>:raw', $_) or die "$_: $!\n"; $out } @ARGV[2, 3];
my %acts = map { act_of($_) => 1 } @$b;
my ($n, %waiting) = (0);
push @{$waiting{text_of($_)}}, $_ for @$b;
for my $event (@$a) {
	my $same = shift @{$waiting{text_of($event)} || []};
	if ($same) {
		put($out_a, $event->[0] . ':' . (1000000000 + $n), $event);
		put($out_b, $event->[0] . ':' . (3000000000 + $n++), $same);
	} else {
		print $acts{act_of($event)} ? 'title' : '', " $event->[0]:$event->[1] ", text_of($event);
	}
}
