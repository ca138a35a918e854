# Installs backchannel-mcp @VERSION@ for the current user:
#   irm https://github.com/@REPOSITORY@/releases/latest/download/install.ps1 | iex
#
# BACKCHANNEL_INSTALL_DIR   where to put it; default: %LOCALAPPDATA%\Programs\backchannel-mcp
# BACKCHANNEL_DOWNLOAD_URL  a folder with the release's files, for mirrors
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$version = '@VERSION@'
$from = if ($env:BACKCHANNEL_DOWNLOAD_URL) { $env:BACKCHANNEL_DOWNLOAD_URL } else { "https://github.com/@REPOSITORY@/releases/download/v$version" }
$processor = switch ($env:PROCESSOR_ARCHITECTURE) {
    'AMD64' { 'x64' }
    'ARM64' { 'arm64' }
    default { throw "install.ps1: there is no file for the processor $_; it can be built from the sources" }
}
$archive = "backchannel-mcp-$version-win-$processor.zip"
$folder = if ($env:BACKCHANNEL_INSTALL_DIR) { $env:BACKCHANNEL_INSTALL_DIR } else { Join-Path $env:LOCALAPPDATA 'Programs\backchannel-mcp' }
$work = Join-Path ([System.IO.Path]::GetTempPath()) ([System.IO.Path]::GetRandomFileName())
New-Item -ItemType Directory -Path $work | Out-Null

try {
    Invoke-WebRequest -UseBasicParsing -Uri "$from/$archive" -OutFile (Join-Path $work $archive)
    Invoke-WebRequest -UseBasicParsing -Uri "$from/SHA256SUMS" -OutFile (Join-Path $work 'SHA256SUMS')
    $line = Get-Content (Join-Path $work 'SHA256SUMS') | Where-Object { $_.EndsWith("  $archive") } | Select-Object -First 1
    if (-not $line) { throw "install.ps1: SHA256SUMS does not name $archive; nothing was installed" }
    $wanted = $line.Split(' ')[0]
    $found = (Get-FileHash -Algorithm SHA256 (Join-Path $work $archive)).Hash.ToLowerInvariant()
    if ($wanted -ne $found) { throw "install.ps1: the checksum of $archive is $found, but $wanted was published; nothing was installed" }

    New-Item -ItemType Directory -Force -Path $folder | Out-Null
    # A running executable cannot be overwritten on Windows, but it can be renamed.
    $target = Join-Path $folder 'backchannel-mcp.exe'
    Get-ChildItem $folder -Filter 'backchannel-mcp.exe.*.old' | Remove-Item -Force -ErrorAction SilentlyContinue
    if (Test-Path $target) { Rename-Item $target "backchannel-mcp.exe.$([Guid]::NewGuid().ToString('N')).old" }
    Expand-Archive -Force -Path (Join-Path $work $archive) -DestinationPath $folder
}
finally {
    Remove-Item -Recurse -Force $work
}

$userPath = [Environment]::GetEnvironmentVariable('Path', 'User')
if (($userPath -split ';') -notcontains $folder) {
    [Environment]::SetEnvironmentVariable('Path', (@($userPath, $folder) | Where-Object { $_ }) -join ';', 'User')
    $env:Path = "$env:Path;$folder"
    Write-Output "$folder was added to your PATH; programs started from now on see it."
}
Write-Output "Installed $target, version $(& $target --version)."
Write-Output 'Next, add it to your MCP client, for example:  backchannel-mcp config claude-code --local --write'
