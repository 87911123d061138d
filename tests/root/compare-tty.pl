#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# compare-tty.pl [OPTIONS] A B: what was typed, by two audit logs of the same machine: A is kernel audit's, B is to
# be equal. Events with TTY are paired by process, in their order; each record of them is compared as it is, but
# for serials. Exit 0: nothing but allowed differences, each counted by its reason; 1: others; 2: usage.
#
#   --ms N       how far time stamps may differ (20)
#   --expect N   A must hold at least N events
#   --cut        the same bytes of each process and terminal, but cut in other places
#   --max N      so many differences are printed (40)
use strict;
use warnings;
use Getopt::Long;

my %opt = (ms => 20, expect => 1, max => 40);
GetOptions(\%opt, 'ms=i', 'expect=i', 'cut', 'max=i') && @ARGV == 2
	or die "usage: compare-tty.pl [--ms N] [--expect N] [--cut] [--max N] A B\n";

my (%reason, $bad, $alone_a);

sub difference {
	my ($what, $a, $b) = @_;

	$bad++;
	return if $bad > $opt{max};
	print "$what\n  A: ", $a // '(none)', "\n  B: ", $b // '(none)', "\n";
}

# Events with TTY: { pid, ms, lines, data }, in their order; and the first title of each process.
sub read_log {
	my ($file) = @_;
	my (%event, @order, %title);

	open(my $in, '<:raw', $file) or die "compare-tty.pl: $file: $!\n";
	while (<$in>) {
		chomp;
		my ($type, $sec, $ms, $serial, $body) = /^type=(\S+) msg=audit\((\d+)\.(\d+):(\d+)\): (.*)$/s or next;
		my $e = $event{$serial} //= { serial => $serial, ms => $sec * 1000 + $ms, lines => [] };
		$body =~ s/\x1d.*//s;
		push @{$e->{lines}}, [$type, $body];
		next if $type ne 'TTY';
		push @order, $e if !$e->{pid};
		($e->{pid}) = $body =~ / pid=(\d+)/;
		my ($dev) = $body =~ / (major=\d+ minor=\d+)/;
		my ($data) = $body =~ / data=([0-9A-F]*)/;
		push @{$e->{data}}, [$dev, $data];
	}
	close $in;
	return \@order;
}

sub by_pid {
	my %of;

	push @{$of{$_->{pid}}}, $_ for @{$_[0]};
	return \%of;
}

# Who takes an orphan in is init, or what a parent of its has named.
sub same_but_parent {
	my @text = @_;
	my $told = grep { s/^(SYSCALL .*?) ppid=\d+ /$1 / } @text;

	return $told == 2 && $text[0] eq $text[1];
}

# SYSCALL tells the process: read() by a thread has the thread's id in TTY.
sub compare_event {
	my ($a, $b, $last) = @_;
	my $where = "event $a->{serial} of process $a->{pid}";
	my $n = @{$a->{lines}} > @{$b->{lines}} ? @{$a->{lines}} : @{$b->{lines}};

	# Before 5.11, and without rules, the kernel does not tell the call of any such event.
	if ($alone_a && @{$b->{lines}} == @{$a->{lines}} + 2) {
		$reason{'SYSCALL and PROCTITLE, which this kernel does not write without rules'}++;
		$n = @{$a->{lines}};
	}
	difference("$where: time", $a->{ms}, $b->{ms}) if abs($a->{ms} - $b->{ms}) > $opt{ms};
	for my $i (0 .. $n - 1) {
		my ($x, $y) = ($a->{lines}[$i], $b->{lines}[$i]);
		my $text_a = $x ? "$x->[0] $x->[1]" : '(none)';
		my $text_b = $y ? "$y->[0] $y->[1]" : '(none)';
		next if $text_a eq $text_b;
		# Kernel audit keeps the title that a process had at its first event.
		if ($x && $y && $x->[0] eq 'PROCTITLE' && $y->[0] eq 'PROCTITLE') {
			$reason{'PROCTITLE: the kernel repeats the first one of a process'}++;
			next;
		}
		# Who exits is asked for its parent a moment before the kernel asks: audit_free() comes after the last TTY.
		if ($last && same_but_parent($text_a, $text_b)) {
			$reason{'ppid: its parent went as it did'}++;
			next;
		}
		difference("$where: record $i", $text_a, $text_b);
	}
}

# All that was typed into a terminal by the readers of a process, whoever let go of it.
sub bytes_of {
	my ($events) = @_;
	my %bytes;

	for my $e (@$events) {
		$bytes{$_->[0]} .= $_->[1] for @{$e->{data}};
	}
	return join(', ', map { "$_ $bytes{$_}" } sort keys %bytes);
}

my ($log_a, $log_b) = map { read_log($_) } @ARGV;
my ($of_a, $of_b) = map { by_pid($_) } $log_a, $log_b;
$alone_a = !grep { grep { $_->[0] eq 'SYSCALL' } @{$_->{lines}} } @$log_a;
my %pids = map { $_ => 1 } keys %$of_a, keys %$of_b;
my ($events, $records) = (0, 0);

for my $pid (sort { $a <=> $b } keys %pids) {
	my ($a, $b) = ($of_a->{$pid} // [], $of_b->{$pid} // []);
	$events += @$a;
	$records += @{$_->{lines}} for @$a;
	my $bytes_a = bytes_of($a);
	my $bytes_b = bytes_of($b);
	if ($bytes_a ne $bytes_b) {
		difference("process $pid: what was typed", substr($bytes_a, 0, 4000), substr($bytes_b, 0, 4000));
	} elsif (@$a == @$b) {
		compare_event($a->[$_], $b->[$_], $_ == $#$a) for 0 .. $#$a;
	} elsif ($opt{cut}) {
		$reason{'cut in other places'}++;
	} else {
		difference("process $pid: events", scalar @$a, scalar @$b);
	}
}
print "events: $events of ", scalar keys %$of_a, " processes, $records records\n";
print "$reason{$_} x $_\n" for sort keys %reason;
if ($events < $opt{expect}) {
	print "A has $events events, not $opt{expect}\n";
	$bad++;
}
print "$bad differences\n" if $bad;
exit($bad ? 1 : 0);
