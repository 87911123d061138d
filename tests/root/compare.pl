#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# compare.pl [OPTIONS] A B: two audit logs of the same execs, side by side.
#
# A is what kernel audit wrote, B what is to be equal. Events are paired by pid, system call and
# outcome, in their order; every record is compared field by field, the time stamps within a
# tolerance, the serials not at all. Each difference that is not allowed is printed, the others are counted by
# the reason for which they are. Exit 0: nothing but allowed differences; 1: others; 2: usage.
#
#   --ppid N        only events of children of N
#   --unsure N      at most N % of the events may differ because autrail says in them that it does
#                   not know; --unsure-acts PATTERN: only acts of such names
#   --acts FILE     what act printed: names the events, and each act must be in A as it came out
#   --allowed FILE  the list of allowed differences
#   --ms N          how far time stamps may differ (20)
#   --max N         so many differences are printed in full (200); all are counted
#   --rising        serials of B must rise from event to event
#   --expect N      A must hold exactly N events
#   --tomoyo        TOMOYO is on: it looks each program up a second time, by the same name and without
#                   following a link at its end; A may have a PATH for that behind the first
#   --verbose       print each difference, not only those that are not allowed
#   --groups        at the end, also the events that differ in the same way, with one of each
#
# Both files are read in step and events are dropped once paired, so size does not matter.
use strict;
use warnings;
use Errno ();
use Getopt::Long;

my %opt = (ms => 20, max => 200);
GetOptions(\%opt, 'ppid=i', 'acts=s', 'allowed=s', 'ms=i', 'max=i', 'rising', 'expect=i', 'groups',
	'unsure=f', 'unsure-acts=s', 'tomoyo', 'verbose')
	&& @ARGV == 2 or die_usage();

# System calls that exec, by arch= and syscall=: x86-64, i386, x32, arm64, arm.
my %exec_call = map { $_ => 1 } qw(c000003e.59 c000003e.322 40000003.11 40000003.358
	c000003e.1073742344 c000003e.1073742369 c00000b7.221 c00000b7.281 40000028.11 40000028.387);

my %unsure;	# events that are allowed to differ because they say so
my %acts;	# pid -> [[name, outcome, verdict], ...]
my %seen;	# pid -> {outcome -> 1} of A
my @allowed;	# [record, field, [conditions], reason]
my %title;	# pid -> title of the last event of A, which its task may keep
my %count = (pairs => 0, allowed => 0, bad => 0);
my %summary;	# "RECORD field: reason" -> count
my %group;	# what differs in an event, where it is not allowed -> [count, an act]
my @of_event;	# the same of the event at hand
my $printed = 0;

sub die_usage {
	print STDERR "usage: compare.pl [--ppid N] [--acts FILE] [--allowed FILE] [--ms N] [--max N] "
		. "[--rising] [--expect N] [--groups] [--unsure PERCENT] [--unsure-acts PATTERN] [--tomoyo] A B\n";
	exit 2;
}

sub fail {
	print STDERR "compare.pl: @_\n";
	exit 2;
}

# --- the list of allowed differences ------------------------------------------------------------

# Conditions by name. Each is called with the event of A, that of B, and the two values.
my %condition = (
	# Kernel audit keeps a task's title from its first logged event on.
	'cached-title' => sub {
		my ($ev_a, $ev_b, $value_a) = @_;
		return defined $ev_a->{cached} && defined $value_a && $ev_a->{cached} eq $value_a;
	},
	# autrail says in this event that it does not know something. How many such events there may be
	# is bounded (--unsure), or which acts may have them (--unsure-acts).
	'unsure' => sub {
		my ($ev_a, $ev_b) = @_;
		return 0 if !$ev_b || !grep { $_->[1] =~ /[ \x1d]AUTRAIL="| cap_fe=\?|^fver=\?/ } @{$ev_b->{records}};
		return 0 if defined $opt{'unsure-acts'} && act_name($ev_b) !~ /$opt{'unsure-acts'}/;
		$unsure{$ev_b->{id}} = 1;
		return 1;
	},
	# autrail says that it did not see the call's entry.
	'no-entry' => sub {
		my ($ev_a, $ev_b) = @_;
		return $ev_b && grep { $_->[1] =~ /AUTRAIL="no-entry/ } @{$ev_b->{records}};
	},
);

sub read_allowed {
	my ($file) = @_;

	open(my $in, '<', $file) or fail("$file: $!");
	while (<$in>) {
		next if /^\s*(#|$)/;
		my ($record, $field, $terms, $reason) = /^(\S+)\s+(\S+)\s+(\S+)\s+(\S.*?)\s*$/
			or fail("$file:$.: not: RECORD FIELD CONDITION REASON");
		for my $term (split /,/, $terms) {
			$condition{$term} || $term =~ /^(A|B|\w+\.[\w-]+)[=~]/
				or fail("$file:$.: unknown condition $term");
		}
		push @allowed, [$record, $field, [split /,/, $terms], $reason];
	}
	close $in;
}

sub holds {
	my ($term, $ev_a, $ev_b, $value_a, $value_b) = @_;

	return $condition{$term}->($ev_a, $ev_b, $value_a, $value_b) if $condition{$term};
	my ($what, $how, $want) = $term =~ /^([^=~]+)([=~])(.*)$/;
	my $value;
	if ($what eq 'A') {
		$value = $value_a;
	} elsif ($what eq 'B') {
		$value = $value_b;
	} else {
		my ($record, $field) = split /\./, $what, 2;
		$value = field_of($ev_a || $ev_b, $record, $field);
	}
	return 0 if !defined $value;
	return $how eq '=' ? $value eq $want : $value =~ /$want/;
}

sub reason_for {
	my ($ev_a, $ev_b, $record, $field, $value_a, $value_b) = @_;

	RULE: for my $rule (@allowed) {
		my ($of, $name, $terms, $reason) = @$rule;
		next if $of ne $record || ($name ne '*' && $name ne $field);
		for my $term (@$terms) {
			next RULE if !holds($term, $ev_a, $ev_b, $value_a, $value_b);
		}
		return $reason;
	}
	return undef;
}

# --- reading ------------------------------------------------------------------------------------

# A log: its handle, events not yet complete by stamp, complete ones in order.
sub log_open {
	my ($file) = @_;

	open(my $in, '<:raw', $file) or fail("$file: $!");
	return { file => $file, in => $in, open => {}, ready => [], serial => 0, events => 0 };
}

sub log_syscall {
	my ($log, $id, $body) = @_;

	return if defined $opt{ppid} && $body !~ / ppid=$opt{ppid} /;
	my ($arch, $nr) = $body =~ /^arch=(\w+) syscall=(\d+)/ or return;
	my ($pid) = $body =~ / pid=(\d+)/ or return;
	my ($exit) = $body =~ / exit=(-?\d+)/;
	$log->{open}{$id} = {
		id => $id, arch => $arch, nr => $nr, pid => $pid, exit => $exit // 'none',
		exec => exists $exec_call{"$arch.$nr"}, records => [['SYSCALL', $body]],
	};
}

sub log_serial {
	my ($log, $event) = @_;
	my ($serial) = $event->{id} =~ /:(\d+)$/;

	if ($serial <= $log->{serial}) {
		difference($event, $event, 'SYSCALL', 'serial', $log->{serial}, $serial);
	}
	$log->{serial} = $serial;
}

# The next complete event, undef at the end. The title completes an event.
sub log_next {
	my ($log) = @_;
	my $in = $log->{in};
	my $open = $log->{open};

	return shift @{$log->{ready}} if @{$log->{ready}};
	while (my $line = <$in>) {
		# type=NAME msg=audit(SEC.MS:SERIAL): BODY
		my ($type, $id, $body) = $line =~ /^type=(\S+) msg=audit\(([0-9.:]+)\): ?(.*)$/s
			or next;
		if ($type eq 'SYSCALL') {
			chomp $body;
			log_syscall($log, $id, $body);
			next;
		}
		my $event = $open->{$id} or next;
		chomp $body;
		push @{$event->{records}}, [$type, $body];
		if ($type eq 'PROCTITLE') {
			delete $open->{$id};
			$log->{events}++ if $event->{exec};
			return $event;
		}
	}
	# What never got its title, in the order of serials.
	for my $id (sort { ($a =~ /:(\d+)/)[0] <=> ($b =~ /:(\d+)/)[0] } keys %$open) {
		push @{$log->{ready}}, $open->{$id};
		$log->{events}++ if $open->{$id}{exec};
	}
	%$open = ();
	return shift @{$log->{ready}};
}

sub event_ms {
	my ($sec, $ms) = $_[0]{id} =~ /^(\d+)\.(\d+)/;

	return $sec * 1000 + $ms;
}

# [[name, value], ...]; the part behind 0x1D counts as well.
sub fields {
	my ($body) = @_;

	$body =~ tr/\x1d/ /;
	return map { /^([^=]+)=(.*)$/s ? [$1, $2] : [$_, ''] } grep { $_ ne '' } split / /, $body;
}

sub field_of {
	my ($event, $record, $field) = @_;

	for (@{$event->{records}}) {
		next if $_->[0] ne $record;
		for (fields($_->[1])) {
			return $_->[1] if $_->[0] eq $field;
		}
	}
	return undef;
}

sub read_acts {
	my ($file) = @_;

	open(my $in, '<', $file) or fail("$file: $!");
	while (<$in>) {
		chomp;
		my ($name, $pid, undef, $outcome, $verdict) = split /\t/;
		push @{$acts{$pid}}, [$name, $outcome, $verdict] if defined $verdict;
	}
	close $in;
}

# --- comparing ----------------------------------------------------------------------------------

sub act_name {
	my ($event) = @_;
	my $list = $acts{$event->{pid}} or return '?';

	return join '|', map { $_->[0] } @$list;
}

sub shortened {
	my ($value) = @_;

	return '(none)' if !defined $value;
	$value =~ s/([^\x20-\x7e])/sprintf('\x%02x', ord $1)/ge;
	return length $value > 400 ? substr($value, 0, 400) . '…' . length($value) : $value;
}

sub difference {
	my ($ev_a, $ev_b, $record, $field, $value_a, $value_b, $nth) = @_;
	my $event = $ev_a || $ev_b;
	my $reason = reason_for($ev_a, $ev_b, $record, $field, $value_a, $value_b);

	$count{defined $reason ? 'allowed' : 'bad'}++;
	# Arguments are numbered: one line of the summary for all of them.
	(my $kind = $field) =~ s/^a\d+(_len|\[\d+\])?$/aN/ if $record eq 'EXECVE';
	$summary{"$record " . ($kind // $field) . ': ' . ($reason // 'NOT ALLOWED')}++;
	push @of_event, "$record" . ($nth ? "[$nth]" : '') . '.' . ($kind // $field)
		if $opt{groups} && !defined $reason;
	return if $printed >= $opt{max} || (defined $reason && !$opt{verbose});
	$printed++;
	printf "%s pid=%d audit(%s) exit=%s %s%s %s: A=%s B=%s : %s\n", act_name($event),
		$event->{pid}, $event->{id}, $event->{exit}, $record, $nth ? "[$nth]" : '', $field,
		shortened($value_a), shortened($value_b), $reason // 'NOT ALLOWED';
}

sub compare_fields {
	my ($ev_a, $ev_b, $type, $body_a, $body_b, $nth) = @_;
	my @a = fields($body_a);
	my @b = fields($body_b);
	my %b = map { $_->[0] => $_->[1] } @b;
	my %a = map { $_->[0] => $_->[1] } @a;
	my $before = $count{allowed} + $count{bad};

	for (@a) {
		my ($name, $value) = @$_;
		next if defined $b{$name} && $b{$name} eq $value;
		difference($ev_a, $ev_b, $type, $name, $value, $b{$name}, $nth);
	}
	for (grep { !defined $a{$_->[0]} } @b) {
		difference($ev_a, $ev_b, $type, $_->[0], undef, $_->[1], $nth);
	}
	# The same fields, and yet not the same text: their order, or blanks.
	difference($ev_a, $ev_b, $type, 'text', $body_a, $body_b, $nth)
		if $before == $count{allowed} + $count{bad};
}

# Ends what began with the first difference of an event.
sub note_group {
	my ($event) = @_;

	return if !@of_event;
	my %once;
	my $what = "exit=$event->{exit} " . join ' ', grep { !$once{$_}++ } @of_event;
	$group{$what} ||= [0, act_name($event)];
	$group{$what}[0]++;
	@of_event = ();
}

# Takes TOMOYO's item out of A, where A has one more than B. By a descriptor the kernel's name for it is
# used (alloc_bprm()).
sub drop_tomoyo {
	my ($ev_a, $ev_b) = @_;
	my @paths = grep { $_->[0] eq 'PATH' } @{$ev_a->{records}};

	return if @paths < 2 || @paths != 1 + grep { $_->[0] eq 'PATH' } @{$ev_b->{records}};
	my ($first, $second) = map { $_->[1] =~ / name=(\S+)/ } @paths[0, 1];
	return if $second ne $first && $second !~ m{^"/dev/fd/|^2F6465762F66642F};
	@{$ev_a->{records}} = grep { $_ != $paths[1] } @{$ev_a->{records}};
	for (@{$ev_a->{records}}) {
		$_->[1] =~ s/\bitem=(\d+)/'item=' . ($1 ? $1 - 1 : 0)/e if $_->[0] eq 'PATH';
		$_->[1] =~ s/ items=(\d+)/' items=' . ($1 - 1)/e if $_->[0] eq 'SYSCALL';
	}
	$count{allowed}++;
	$summary{'PATH item: TOMOYO looks the program up a second time.'}++;
}

sub compare_events {
	my ($ev_a, $ev_b) = @_;
	drop_tomoyo($ev_a, $ev_b) if $opt{tomoyo};
	my @types_a = map { $_->[0] } @{$ev_a->{records}};
	my @types_b = map { $_->[0] } @{$ev_b->{records}};
	my (%nth_a, %nth_b, %of_b);

	$count{pairs}++;
	my $apart = event_ms($ev_b) - event_ms($ev_a);
	difference($ev_a, $ev_b, 'EVENT', 'time', $ev_a->{id}, $ev_b->{id}) if abs $apart > $opt{ms};
	difference($ev_a, $ev_b, 'EVENT', 'records', "@types_a", "@types_b") if "@types_a" ne "@types_b";
	for (@{$ev_b->{records}}) {
		my $nth = $nth_b{$_->[0]}++;
		$of_b{"$_->[0] $nth"} = $_->[1];
	}
	for (@{$ev_a->{records}}) {
		my ($type, $body) = @$_;
		my $nth = $nth_a{$type}++;
		my $other = $of_b{"$type $nth"};
		next if !defined $other || $other eq $body;
		compare_fields($ev_a, $ev_b, $type, $body, $other, $nth);
	}
	note_group($ev_a);
}

# --- pairing ------------------------------------------------------------------------------------

my (%wait_a, %wait_b);

# Events that lie further apart are never the same one: pids are used again.
use constant APART_MS => 2000;

sub missing {
	my ($event, $side) = @_;
	my $what = join ' ', map { $_ // '-' } "$event->{arch}.$event->{nr}",
		field_of($event, 'PATH', 'name'), field_of($event, 'SYSCALL', 'comm');

	difference($side eq 'b' ? $event : undef, $side eq 'b' ? undef : $event, 'EVENT',
		"missing-in-$side", $side eq 'b' ? $what : undef, $side eq 'b' ? undef : $what);
	note_group($event);
}

# The first of the waiting ones that can be the same as event; older ones are on one side only.
sub partner {
	my ($waiting, $event, $key, $side) = @_;
	my $queue = $waiting->{$key} or return undef;

	while (my $other = shift @$queue) {
		delete $waiting->{$key} if !@$queue;
		return $other if event_ms($event) - event_ms($other) <= APART_MS;
		missing($other, $side);
	}
	return undef;
}

sub take_a {
	my ($event) = @_;
	my $pid = $event->{pid};

	$event->{cached} = $title{$pid};
	my $title = $event->{records}[-1][0] eq 'PROCTITLE' ? $event->{records}[-1][1] : '';
	$title{$pid} = $1 if $title =~ /^proctitle=(\S+)/;
	return if !$event->{exec};
	$seen{$pid}{$event->{exit}} = 1 if %acts;
	my $key = "$pid $event->{arch} $event->{nr} $event->{exit}";
	my $other = partner(\%wait_b, $event, $key, 'a');
	return compare_events($event, $other) if $other;
	push @{$wait_a{$key}}, $event;
}

sub take_b {
	my ($event, $log) = @_;

	return if !$event->{exec};
	log_serial($log, $event) if $opt{rising};
	my $key = "$event->{pid} $event->{arch} $event->{nr} $event->{exit}";
	my $other = partner(\%wait_a, $event, $key, 'b');
	return compare_events($other, $event) if $other;
	push @{$wait_b{$key}}, $event;
}

# What is left: pairs that differ in the call, then in the outcome too, then events of one side only.
sub take_rest {
	my @rest_a = sort { event_ms($a) <=> event_ms($b) } map { @$_ } values %wait_a;
	my @rest_b = sort { event_ms($a) <=> event_ms($b) } map { @$_ } values %wait_b;

	for my $same_exit (1, 0) {
		for my $ev_a (@rest_a) {
			my ($ev_b) = grep { $_ && $_->{pid} == $ev_a->{pid}
				&& abs(event_ms($ev_a) - event_ms($_)) <= $opt{ms}
				&& (!$same_exit || $_->{exit} == $ev_a->{exit}) } @rest_b or next;
			compare_events($ev_a, $ev_b);
			@rest_b = grep { $_ != $ev_b } @rest_b;
			$ev_a = undef;
		}
		@rest_a = grep { $_ } @rest_a;
	}
	missing($_, 'b') for @rest_a;
	missing($_, 'a') for @rest_b;
}

# Every act is in A as the actor says it came out, or A is no reference.
sub check_acts {
	my $bad = 0;

	for my $pid (sort { $a <=> $b } keys %acts) {
		next if @{$acts{$pid}} != 1;	# used again: cannot be told apart
		my ($name, $outcome, $verdict) = @{$acts{$pid}[0]};
		my $want = $outcome eq 'ok' ? 0 : exists $!{$outcome} ? -Errno->can($outcome)->() : undef;
		if ($verdict eq 'silent') {
			next if !$seen{$pid};
		} else {
			next if !defined $want || $seen{$pid}{$want};
		}
		print "$name pid=$pid: $outcome, but in A: ",
			join(' ', sort keys %{$seen{$pid} || {}}) || 'nothing', "\n";
		$bad++;
	}
	return $bad;
}

read_allowed($opt{allowed}) if defined $opt{allowed};
read_acts($opt{acts}) if defined $opt{acts};
my $log_a = log_open($ARGV[0]);
my $log_b = log_open($ARGV[1]);
my $event;
my $more = 2;
while ($more) {
	$more = 0;
	if ($event = log_next($log_a)) {
		take_a($event);
		$more = 1;
	}
	if ($event = log_next($log_b)) {
		take_b($event, $log_b);
		$more = 1;
	}
}
take_rest();
my $unseen = check_acts();
if (defined $opt{expect} && $opt{expect} != $log_a->{events}) {
	print "A holds $log_a->{events} events, not $opt{expect}\n";
	$unseen++;
}
my $unsure = keys %unsure;
if (defined $opt{unsure} && $unsure > $count{pairs} * $opt{unsure} / 100) {
	print "$unsure events say that they do not know something: more than $opt{unsure} %\n";
	$unseen++;
}
for (sort { $group{$b}[0] <=> $group{$a}[0] || $a cmp $b } keys %group) {
	print "$group{$_}[0] events as $group{$_}[1]: $_\n";
}
print "$summary{$_} x $_\n" for sort keys %summary;
print "events: A $log_a->{events}, B $log_b->{events}, paired $count{pairs}; ",
	"differences: $count{allowed} allowed, $count{bad} not allowed; $unsure events unsure",
	$unseen ? "; $unseen acts not as they should be in A" : '', "\n";
exit($count{bad} || $unseen ? 1 : 0);
