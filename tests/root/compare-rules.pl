#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# compare-rules.pl [OPTIONS] ACTS A B: what rules have let through in kernel audit's log A and in autrail's B.
#
# ACTS is what varied printed: in which round, by which act, by which pid. Of each round the same execs must be
# in both, with the same outcome, key and types of records, and the same user records with the same text.
# Everything else in the logs is somebody else's. Exit 0: alike; 1: not; 2: usage.
#
#   --rules DIR    of a round that differs the rules are shown, from the file of its name
#   --none FILE    lines "NAME HOW none": rounds of which A must have nothing of an exec
#   --some         of all others it must have something
#   --max N        so many rounds that differ are shown (20)
use strict;
use warnings;
use Getopt::Long;

my %opt = (max => 20);
GetOptions(\%opt, 'rules=s', 'none=s', 'some', 'max=i') && @ARGV == 3 or die_usage();

my %exec_call = map { $_ => 1 } qw(c000003e.59 c000003e.322 40000003.11 40000003.358
	c00000b7.221 c00000b7.281 40000028.11 40000028.387);

my $actor;	# its pid
my @rounds;	# in their order
my %act_of;	# pid -> [round, act]; undef: used twice
my %acts;	# round -> acts, in their order
my %none;

sub die_usage {
	print STDERR "usage: compare-rules.pl [--rules DIR] [--none FILE] [--some] [--max N] ACTS A B\n";
	exit 2;
}

sub fail {
	print STDERR "compare-rules.pl: @_\n";
	exit 2;
}

sub read_acts {
	my ($file) = @_;
	my %round;

	open(my $in, '<', $file) or fail("$file: $!");
	while (<$in>) {
		chomp;
		push @rounds, $1 if /^done (\S+)$/;
		$actor = $1 if /^ready (\d+)$/;
		my ($round, $act, $pid) = split /\t/;
		next if !defined $pid;
		$round{$pid}{$round} = $act;
		push @{$acts{$round}}, $act;
	}
	close $in;
	for my $pid (keys %round) {
		# A pid that came round again says nothing.
		next if keys %{$round{$pid}} > 1;
		$act_of{$pid} = [%{$round{$pid}}];
	}
}

sub read_none {
	my ($file) = @_;

	open(my $in, '<', $file) or fail("$file: $!");
	/^(\S+) \S+ none$/ && ($none{$1} = 1) while <$in>;
	close $in;
}

# round -> act -> what was recorded, as texts in their order.
sub read_log {
	my ($file) = @_;
	my (%event, %said, @order);

	open(my $in, '<:raw', $file) or fail("$file: $!");
	while (<$in>) {
		chomp;
		my ($type, $id, $body) = /^type=(\S+) msg=audit\(([0-9.:]+)\): ?(.*)$/s or next;
		if ($body =~ /^pid=(\d+) uid=.*? (msg='.*?')(?:\x1d.*)?$/) {
			my ($act, $text) = ($act_of{$1}, $2);
			next if !$act || $text !~ m{ exe="[^"]*/varied"};
			push @{$said{$act->[0]}{$act->[1]}}, "$type $text";
			next;
		}
		push @{$event{$id}{types}}, $type;
		next if $type ne 'SYSCALL';
		my ($arch, $nr) = $body =~ /^arch=(\w+) syscall=(\d+)/;
		my ($pid) = $body =~ / pid=(\d+)/;
		my ($exit) = $body =~ / exit=(-?\d+)/;
		my ($key) = $body =~ / key=(\S+)(?:\x1d.*)?$/;
		my ($ppid) = $body =~ / ppid=(\d+)/;
		my $act = $act_of{$pid};
		next if !$exec_call{"$arch.$nr"} || !$act;
		# Its number may have been another's before.
		next if $ppid != $actor && !($act_of{$ppid} && "@{$act_of{$ppid}}" eq "@$act"
			&& $body =~ / comm="prog" /);
		$event{$id}{exec} = "$arch.$nr exit=" . ($exit // 'none') . " key=" . ($key // '');
		$event{$id}{act} = $act;
		push @order, $id;
	}
	close $in;
	for my $id (@order) {
		my ($round, $act) = @{$event{$id}{act}};
		my $types = join ' ', sort grep { $_ ne 'EOE' } @{$event{$id}{types}};
		push @{$said{$round}{$act}}, "$event{$id}{exec}: $types";
	}
	return \%said;
}

sub show_rules {
	my ($round) = @_;

	return if !defined $opt{rules};
	open(my $in, '<', "$opt{rules}/$round") or return;
	print "    $_" while <$in>;
	close $in;
}

sub is_exec { grep { !/ msg='/ } @_ }

read_acts($ARGV[0]);
read_none($opt{none}) if defined $opt{none};
my ($log_a, $log_b) = map { read_log($_) } @ARGV[1, 2];
my ($events, $bad, $shown) = (0, 0, 0);
for my $round (@rounds) {
	my (@wrong, $execs, %once);
	for my $act (grep { !$once{$_}++ } @{$acts{$round}}) {
		my @said_a = @{$log_a->{$round}{$act} || []};
		my @said_b = @{$log_b->{$round}{$act} || []};
		$events += @said_a;
		$execs += is_exec(@said_a);
		next if "@said_a" eq "@said_b";
		push @wrong, "  $act: A ", (join(', ', @said_a) || 'nothing'), "\n",
			'  ' . ' ' x length($act) . '  B ', (join(', ', @said_b) || 'nothing'), "\n";
	}
	push @wrong, "  A has $execs execs, and is to have ", ($none{$round} ? 'none' : 'some'), "\n"
		if $opt{some} && $round !~ /^(?:user-|empty)/ && !$execs != !!$none{$round};
	next if !@wrong;
	$bad++;
	next if $shown++ >= $opt{max};
	print "$round:\n";
	show_rules($round);
	print @wrong;
}
print scalar @rounds, " rounds, $events events of A, $bad rounds differ\n";
exit($bad ? 1 : 0);
