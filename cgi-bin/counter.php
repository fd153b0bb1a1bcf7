<?php
// Shows PHP's own sessions: session_start() reads the cookie, sends one if there is none, and brings $_SESSION.
// The files lie in a folder of our own, because PHP's usual one is only cleaned where a cron job does it.

$folder = getenv('DEMO_DATA') ?: sys_get_temp_dir() . '/webserv-demo-' . posix_geteuid();
@mkdir($folder, 0700);
$sessions = "$folder/php-sessions";
@mkdir($sessions, 0700);
$path = implode('/', array_map('rawurlencode', explode('/', $_SERVER['SCRIPT_NAME'])));

/** Sends a page in the demo's frame. */
function send_page(string $title, string $content): void
{
    header_remove('X-Powered-By');
    header('Content-Type: text/html; charset=utf-8');
    header('Cache-Control: no-store');
    $frame = file_get_contents(__DIR__ . '/.page.html');
    [$before, $after] = explode('@content@', strtr($frame, ['@title@' => $title, '@program@' => 'counter.php']));
    echo $before, $content, $after;
}

if (!in_array($_SERVER['REQUEST_METHOD'], ['GET', 'HEAD', 'POST'], true)) {
    http_response_code(405);
    header('Allow: GET, HEAD, POST');
    send_page('Not allowed', '<h1>Not like this</h1>');
    exit;
}
// Where everybody may write, somebody else could have made the folder first, or a link.
if (is_link($folder) || is_link($sessions) || @fileowner($sessions) !== posix_geteuid() || !session_start([
    'name' => 'phpvisits',
    'save_path' => $sessions,
    'use_strict_mode' => true, // only names that PHP itself has given
    'cookie_httponly' => true,
    'cookie_samesite' => 'Lax',
    'cookie_path' => $path,
    'gc_probability' => 1, // once in twenty requests, what is older than an hour goes
    'gc_divisor' => 20,
    'gc_maxlifetime' => 3600,
])) {
    error_log('the count cannot be kept in ' . $sessions);
    http_response_code(500);
    send_page('Error', '<h1>Lost count</h1><p class="lead">The count cannot be kept at the moment.</p>');
    exit;
}
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    session_destroy();
    setcookie('phpvisits', '', ['expires' => 1, 'path' => $path, 'httponly' => true, 'samesite' => 'Lax']);
    http_response_code(303);
    header("Location: $path");
    exit;
}

$visits = $_SESSION['visits'] = ($_SESSION['visits'] ?? 0) + 1;
$times = $visits === 1 ? 'time' : 'times';
$path = htmlspecialchars($path);
$version = PHP_VERSION;
send_page('A counter', <<<HTML
    <h1>A counter in PHP</h1>
    <p class="lead">PHP brings sessions with it: one call, and what is put into <code>\$_SESSION</code> is there
    again the next time.</p>
    <p class="count"><b>$visits</b> $times here</p>
    <form class="buttons" method="post" action="/cgi-bin/counter.php">
      <a class="go" href="/cgi-bin/counter.php">Come again</a> <button class="go">Forget me</button>
    </form>
    <pre tabindex="0">Set-Cookie: phpvisits=<b>&hellip;</b>; path=$path; HttpOnly; SameSite=Lax</pre>
    <p>Answered by PHP $version. The
    <a href="/cgi-bin/counter.py">one in Python</a> does by hand what PHP does here.</p>

    HTML);
