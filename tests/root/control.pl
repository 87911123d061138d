#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# control.pl SOCKET HOW [N]: clients of the control socket that do not do as they should.
#   idle N      N that say nothing, until standard input ends; prints "ready"
#   garbage N   N, one after the other, each with other bytes
#   half N      N that begin a request and go
#   deaf N      N that ask and never read, until standard input ends; prints "ready"
#   long        one that sends more than is taken; prints the reply
#   raw TEXT    sends these bytes, prints the reply
use strict;
use warnings;
use IO::Socket::UNIX;

my ($path, $how, $n) = @ARGV;
$SIG{PIPE} = 'IGNORE';

sub open_one {
	for (1 .. 200) {
		my $socket = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $path);
		return $socket if $socket;
		select(undef, undef, undef, 0.01);
	}
	die "cannot connect: $!\n";
}

sub reply {
	my ($socket) = @_;
	my ($reply, $part) = ('');

	$reply .= $part while sysread $socket, $part, 65536;
	return $reply;
}

sub hold {
	my @sockets = @_;

	$| = 1;
	print "ready\n";
	1 while <STDIN>;
}

if ($how eq 'idle') {
	hold(map { open_one() } 1 .. $n);
} elsif ($how eq 'deaf') {
	hold(map { my $s = open_one(); syswrite $s, "autrail 1 status 0\n"; $s } 1 .. $n);
} elsif ($how eq 'garbage') {
	my $state = 1;

	for my $i (1 .. $n) {
		my $s = open_one();
		my $bytes = $i % 3 ? '' : 'autrail 1 ';

		for (1 .. 1 + $i % 300) {
			$state = ($state * 1103515245 + 12345) & 0x7fffffff;
			$bytes .= chr(($state >> 16) & 255);
		}
		syswrite $s, $bytes;
		shutdown $s, 1;
		reply($s);
	}
} elsif ($how eq 'half') {
	for (1 .. $n) {
		my $s = open_one();
		syswrite $s, "autrail 1 rules 1000000\ncommand line\n-D\n-a always,exit -S 1";
	}
} elsif ($how eq 'long') {
	my $s = open_one();

	syswrite $s, "autrail 1 rules 2000000\n";
	for (1 .. 32) {
		last unless defined syswrite $s, 'x' x 65536;
	}
	print reply($s);
} elsif ($how eq 'raw') {
	my $s = open_one();

	syswrite $s, $n;
	shutdown $s, 1;
	print reply($s);
} else {
	die "what is $how?\n";
}
