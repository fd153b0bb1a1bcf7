#!/usr/bin/env perl
# Shows an upload: takes a file from a form (multipart/form-data, RFC 7578) and shows it back. Nothing is kept.
# The type is found from the content, not believed: only pictures become a picture, everything else is escaped text.
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use Encode qw(decode encode FB_CROAK LEAVE_SRC);
use MIME::Base64 qw(encode_base64);

my $LIMIT      = 512 * 1024;    # bytes of the whole body
my $MOST_PARTS = 10;
my $MOST_SHOWN = 20_000;        # characters of a text

my $FORM = <<'HTML';
<form class="form" method="post" enctype="multipart/form-data" action="/cgi-bin/upload.pl">
  <label>A picture or a text, up to 500 KB <input type="file" name="file" required></label>
  <p class="buttons"><button class="go">Send it</button></p>
</form>
HTML

binmode STDIN;
my $method = $ENV{REQUEST_METHOD} // 'GET';

if ($method eq 'POST') { show(file_part(body())) }
elsif ($method eq 'GET' || $method eq 'HEAD') {
  page('200 OK', 'An upload', <<"HTML" . $FORM);
<h1>An upload</h1>
<p class="lead">Choose a file: it travels to a Perl program, which takes the message apart, looks at what it got and
shows it to you. Nothing is kept.</p>
HTML
}
else { refuse('405 Method Not Allowed', 'Send a file with POST.', "Allow: GET, HEAD, POST\n") }

# The request's body, CONTENT_LENGTH bytes of it.
sub body {
  my $length = $ENV{CONTENT_LENGTH} // '0';
  refuse('400 Bad Request', 'The length is not a number.') if $length !~ /^[0-9]+$/;
  refuse('413 Content Too Large', 'That is more than 500 KB.') if length $length > 9 || $length > $LIMIT;
  my $body = '';
  while (length $body < $length) {
    my $count = read STDIN, $body, $length - length $body, length $body;
    refuse('400 Bad Request', 'The file broke off on its way.') if !$count;
  }
  return $body;
}

# The first part with a file's name: the name, the type that the client gave, the content.
sub file_part {
  my ($body) = @_;
  my ($quoted, $bare) =
    ($ENV{CONTENT_TYPE} // '') =~ m{^multipart/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))}i;
  my $boundary = $quoted // $bare // refuse('415 Unsupported Media Type', 'That was not sent by a form with a file.');
  my (undef, @parts) = split /\r\n--\Q$boundary\E/, "\r\n$body", $MOST_PARTS + 2;
  refuse('400 Bad Request', 'That form has too many parts.') if @parts > $MOST_PARTS + 1;
  for my $part (@parts) {
    my ($head, $content) = $part =~ /^[ \t]*\r\n(.*?)\r\n\r\n(.*)$/s or next;
    my ($name) = $head =~ /^Content-Disposition:.*?\bfilename="([^"]+)"/im or next;
    my ($type) = $head =~ /^Content-Type:[ \t]*([^\r\n]+)/im;
    $name = text_of($name) // $name;
    $name =~ s{.*[/\\]}{}s;
    $name =~ s/[[:cntrl:]]//g;
    return (substr($name, 0, 100), substr($type // 'not said', 0, 100), $content);
  }
  refuse('400 Bad Request', 'There was no file in it.');
}

# What the content is, whatever its name says; undefined if it is no picture that browsers know.
sub picture_type {
  my ($content) = @_;
  return 'image/png'  if $content =~ /^\x89PNG\r\n\x1a\n/;
  return 'image/jpeg' if $content =~ /^\xff\xd8\xff/;
  return 'image/gif'  if $content =~ /^GIF8[79]a/;
  return 'image/webp' if $content =~ /^RIFF....WEBP/s;
  return undef;
}

# Bytes as characters, if they are a text in UTF-8.
sub text_of {
  my ($bytes) = @_;
  my $text = eval { decode('UTF-8', $bytes, FB_CROAK | LEAVE_SRC) };
  return defined $text && $text !~ /[\x00-\x08\x0b\x0e-\x1f\x7f]/ ? $text : undef;
}

sub show {
  my ($name, $said, $content) = @_;
  my $picture = picture_type($content);
  my $text    = $picture ? undef : text_of($content);
  my $found   = $picture // (defined $text ? 'text, in UTF-8' : 'neither a picture nor a text');
  my $shown   = '<p>There is nothing to show of this file.</p>';
  if ($picture) {
    my $data = encode_base64($content, '');
    $shown = qq(<figure class="film"><img src="data:$picture;base64,$data" alt="The file that you sent"></figure>);
  }
  elsif (defined $text) {
    my $more = length $text > $MOST_SHOWN ? "<p>Only the first $MOST_SHOWN characters are shown.</p>" : '';
    $shown = '<pre tabindex="0">' . escape(substr($text, 0, $MOST_SHOWN)) . "</pre>$more";
  }
  my $rows = join '', map { sprintf '<tr><th scope="row">%s</th><td>%s</td></tr>', $_->[0], escape($_->[1]) } (
    ['Name', $name], ['Size', length($content) . ' bytes'],
    ['Type, says your browser', $said], ['Type, by its content', $found],
    ['SHA-256', sha256_hex($content)],
  );
  page('200 OK', 'What came', <<"HTML" . $FORM);
<h1>What came</h1>
<table class="facts gap"><tbody>$rows</tbody></table>
$shown
<h2>Another one</h2>
HTML
}

sub escape {
  my ($text) = @_;
  my %entity = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;', '"' => '&quot;');
  $text =~ s/([&<>"])/$entity{$1}/g;
  return $text;
}

sub refuse {
  my ($status, $text, $fields) = @_;
  page($status, $status, qq(<p class="status">$status</p><h1>Sent back</h1><p class="lead">$text</p>$FORM), $fields);
  exit;
}

sub page {
  my ($status, $title, $content, $fields) = @_;
  print "Status: $status\nContent-Type: text/html; charset=utf-8\nCache-Control: no-store\n", $fields // '', "\n";
  return if $method eq 'HEAD';
  open my $file, '<:encoding(UTF-8)', '.page.html' or die "The frame cannot be read: $!\n";
  my $frame = do { local $/; <$file> };
  $frame =~ s/\@title\@/$title/;
  $frame =~ s/\@program\@/upload.pl/g;
  my ($before, $after) = split /\@content\@/, $frame, 2;
  print encode('UTF-8', $before . $content . $after);
}
