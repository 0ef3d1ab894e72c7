// The same for a Windows computer: PowerShell 5.1 as it comes with Windows, or newer. It speaks HTTP over its own connection, because the web
// cmdlets of 5.1 judge certificates, follow proxies and throw on refusals.
import type { Around, OwnListener, Way } from './way.js';

const quoted = (text: string): string => `'${text.replace(/['‘’‚‛]/g, (quote) => quote + quote)}'`;

const head = String.raw`# ExportGate: 从客户端电脑检查是否能绕过网关取得录像 · does anything lead to recordings past the gate?
# 在客户端电脑上运行 run it on a client's computer: powershell -ExecutionPolicy Bypass -File outside.ps1 [ADDRESS]
# 结束码 ends 0: 全部关闭 all closed; 1: 有开放 something is open; 2: 不能检查 it could not try.
param([string]$Address = '')
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
try { [Console]::OutputEncoding = [Text.Encoding]::UTF8 } catch { }
$script:open = 0
$script:tried = 0
$script:reached = 0
$script:shut = @{}

# Null: no connection. 0: a connection, and no answer in HTTP.
function Get-Status([string]$Name, [int]$Port, [bool]$Tls, [string]$Path) {
  $client = New-Object Net.Sockets.TcpClient
  try {
    $begun = $client.BeginConnect($Name, $Port, $null, $null)
    if (-not $begun.AsyncWaitHandle.WaitOne(4000)) { return $null }
    try { $client.EndConnect($begun) } catch { return $null }
    if ($Path -eq '') { return 0 }
    try {
      $stream = $client.GetStream()
      $stream.ReadTimeout = 5000
      $stream.WriteTimeout = 5000
      if ($Tls) {
        # Whose certificate it is does not matter: what answers is what is asked.
        $any = [Net.Security.RemoteCertificateValidationCallback] { $true }
        $stream = New-Object Net.Security.SslStream($stream, $false, $any)
        $stream.AuthenticateAsClient($Name)
      }
      $host1 = $Name
      if ($Name.Contains(':')) { $host1 = "[$Name]" }
      $bytes = [Text.Encoding]::ASCII.GetBytes("GET $Path HTTP/1.0${'`'}r${'`'}nHost: $host1${'`'}r${'`'}n${'`'}r${'`'}n")
      $stream.Write($bytes, 0, $bytes.Length)
      $stream.Flush()
      $buffer = New-Object byte[] 64
      $read = $stream.Read($buffer, 0, 64)
      $line = [Text.Encoding]::ASCII.GetString($buffer, 0, $read)
      if ($line -match '^HTTP/\S+ (\d{3})') { return [int]$Matches[1] }
      return 0
    } catch { return 0 }
  } finally { $client.Close() }
}

function Test-Gate([string]$Name, [int]$Port) {
  if ($Name -eq '') { $Name = $Address }
  if ($null -ne (Get-Status $Name $Port $false '')) { $script:reached++ }
}

function Test-Way([string]$Name, [int]$Port, [string]$Scheme, [string]$Path, [string]$What, [string]$Close) {
  if ($Name -eq '') { $Name = $Address }
  $script:tried++
  $where = "${'$'}{Name}:$Port"
  if ($Path -ne '') { $where = "${'$'}{Scheme}://$where$Path" }
  if ($script:shut.ContainsKey("${'$'}{Name}:$Port")) { return }
  $status = Get-Status $Name $Port ($Scheme -eq 'https') $Path
  if ($null -eq $status) {
    $script:shut["${'$'}{Name}:$Port"] = $true
    Write-Output "关闭 closed  ${'$'}{Name}:$Port  无连接 no connection: $What"
    return
  }
  if (($Path -ne '') -and (($status -lt 200) -or ($status -ge 300)) -and ($status -ne 500)) {
    Write-Output "关闭 closed  $where  $What ($status)"
    return
  }
  $script:open++
  if ($Path -ne '') { $where = "$where ($status)" }
  Write-Output "开放 OPEN    $where  $What"
  Write-Output "             $Close"
}
`;

const needsAddress = String.raw`
if ($Address -eq '') {
  Write-Output '配置只写了本机地址:请写上网关所在电脑的地址 · the configuration knows this machine by loopback alone: say its address: outside.ps1 192.0.2.10'
  exit 2
}
`;

const tail = String.raw`
Write-Output ''
Write-Output "已试 tried $script:tried, 开放 open $script:open"
if ($script:open -gt 0) { exit 1 }
if ($script:reached -eq 0) {
  Write-Output '网关自身也到不了: 以上"关闭"不能说明问题,请检查网络与地址 · not even the gate is reached from here: what is closed above says nothing, look at the network and the address'
  exit 2
}
exit 0
`;

const lineOf = ({ recorder, host, port, tls, path, what, close }: Way): string =>
  ['Test-Way', quoted(host ?? ''), String(port), tls ? 'https' : 'http', quoted(path ?? ''), quoted(`${recorder}: ${what.zh} ${what.en}`), quoted(`→ ${close.zh} ${close.en}`)].join(' ');

const gateLine = ({ host, port }: OwnListener): string => ['Test-Gate', quoted(host ?? ''), String(port)].join(' ');

/** With a byte order mark: PowerShell 5.1 takes a file without one for the local code page. */
export const windowsScript = ({ ways, gates, untried }: Around): string =>
  `\uFEFF${[
    head,
    ...([...ways, ...gates].some(({ host }) => host === null) ? [needsAddress] : []),
    ...gates.map((it) => `${gateLine(it)}\n`),
    ...ways.map((way) => `${lineOf(way)}\n`),
    ...(untried.length > 0 ? ["Write-Output ''\nWrite-Output '从外面试不了,请人工查看 cannot be tried from outside, look at them yourself:'\n"] : []),
    ...untried.map(({ recorder, what }) => `Write-Output ${quoted(`  ${recorder}: ${what}`)}\n`),
    tail,
  ]
    .join('')
    .replaceAll('\n', '\r\n')}`;
