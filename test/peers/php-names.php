<?php
// Reads one query string in hexadecimal per line, tells what PHP makes of it as JSON: names and values in base64, arrays as pairs in order.
// As a router of PHP's own server: tells $_REQUEST and $_POST of the request.
function told($value) {
  if (!is_array($value)) return base64_encode((string)$value);
  $pairs = [];
  foreach ($value as $key => $each) $pairs[] = [base64_encode((string)$key), told($each)];
  return $pairs;
}
if (PHP_SAPI === 'cli-server') {
  header('Content-Type: application/json');
  echo json_encode(['request' => told($_REQUEST), 'post' => told($_POST)]);
  return true;
}
while (($line = fgets(STDIN)) !== false) {
  $found = [];
  parse_str(hex2bin(trim($line)), $found);
  echo json_encode(told($found)), "\n";
}
