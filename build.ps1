#!/usr/bin/env pwsh
# Builds, tests, publishes and measures backchannel-mcp. build.sh is its twin.
param([Parameter(Position = 0)] [string] $Verb = 'help', [Parameter(ValueFromRemainingArguments)] [string[]] $Rest = @())
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot

$configuration = 'Release'
$publishRoot = '.artifacts/publish'
$releaseRoot = '.artifacts/release'
$assetsRoot = '.artifacts/assets'

function Show-Usage {
    @'
Usage: ./build.ps1 VERB

  demo            publish the native file and run the two-agent demo on a private bus
  test [ARG...]   publish, then run all tests against the native file; ARGs go to dotnet test
  soak [ARG...]   publish, then run the long variants of the endurance tests (crashes, load, hostile requests, random operations)
  build           compile everything, warnings are errors
  publish         the native executable for this machine, into .artifacts/publish/<RID>
  publish RID...  executables as they are released, into .artifacts/release/<RID>: win-x64 win-arm64 on Windows,
                  osx-x64 osx-arm64 on macOS, linux-* by build.sh on Linux; exit 3 if this machine cannot make one
  test-release RID...
                  publish RIDs and run the end-to-end tests against each file
  pack [RID...]   the .NET tool package: pointer, one that runs on any .NET, and a native one per RID, into .artifacts/packages
  assets          archives, checksums, SBOM and manifests of what lies in .artifacts/release, into .artifacts/assets
  bench           measure the published file and print a table
  bench-bus       measure a bus of the published file under load and print a table
  snapshots       rewrite the reviewed snapshots and the generated sections of README.md
'@
}

function Get-NativeRid {
    $system = if ($IsWindows) { 'win' } elseif ($IsMacOS) { 'osx' } else { 'linux' }
    "$system-$([System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture.ToString().ToLowerInvariant())"
}

function Invoke-Dotnet {
    if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) { throw 'build.ps1: the .NET 10 SDK is missing.' }
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

function Get-Executable {
    $suffix = if ($IsWindows) { '.exe' } else { '' }
    Join-Path $PSScriptRoot "$publishRoot/$(Get-NativeRid)/backchannel-mcp$suffix"
}

function Publish-Native {
    $rid = Get-NativeRid
    Invoke-Dotnet publish Backchannel.Native -c $configuration -r $rid -o "$publishRoot/$rid" --nologo -v quiet
}

# Why this machine cannot make a native file for a RID; nothing if it can.
function Get-Obstacle([string] $Rid) {
    switch -Regex ($Rid) {
        '^win-(x64|arm64)$' { if (-not $IsWindows) { 'native code for Windows is linked on Windows, or by the release workflow' }; return }
        '^osx-(x64|arm64)$' { if (-not $IsMacOS) { 'native code for macOS is linked on macOS, or by the release workflow' }; return }
        '^linux-(musl-)?(x64|arm64)$' { 'the static files for Linux are made by build.sh on Linux'; return }
        default { 'there is no such RID here; known: win-x64 win-arm64 osx-x64 osx-arm64, and by build.sh linux-x64 linux-arm64 linux-musl-x64 linux-musl-arm64' }
    }
}

function Publish-Releases([string[]] $Rids) {
    $refused = 0
    foreach ($rid in $Rids) {
        $obstacle = Get-Obstacle $rid
        if ($obstacle) {
            [Console]::Error.WriteLine("build.ps1: $rid cannot be made on this machine: $obstacle")
            $refused = 3
            continue
        }
        $output = "$releaseRoot/$rid"
        if (Test-Path $output) { Remove-Item -Recurse -Force $output }
        Invoke-Dotnet publish Backchannel.Native -c $configuration -r $rid -o $output --nologo -v quiet
    }
    if ($refused) { exit $refused }
}

# The end-to-end set against a released file.
function Test-Releases([string[]] $Rids) {
    Publish-Releases $Rids
    Invoke-Dotnet build Backchannel.Native.Tests -c $configuration --nologo -v quiet
    foreach ($rid in $Rids) {
        $suffix = if ($IsWindows) { '.exe' } else { '' }
        $env:BACKCHANNEL_TEST_EXECUTABLE = Join-Path $PSScriptRoot "$releaseRoot/$rid/backchannel-mcp$suffix"
        Invoke-Dotnet test Backchannel.Native.Tests -c $configuration --no-build --nologo --filter 'FullyQualifiedName~.EndToEnd.'
    }
}

function New-ToolPackages([string[]] $Rids) {
    Invoke-Dotnet pack Backchannel.Native -c $configuration -p:PackTool=true --nologo -v quiet
    Invoke-Dotnet pack Backchannel.Native -c $configuration -p:PackTool=true -r any -p:PublishAot=false --nologo -v quiet
    foreach ($rid in $Rids) {
        Invoke-Dotnet pack Backchannel.Native -c $configuration -p:PackTool=true -r $rid --nologo -v quiet
    }
}

function Invoke-Tests {
    Publish-Native
    Invoke-Dotnet build Backchannel.Native.Tests -c $configuration --nologo -v quiet
    $env:BACKCHANNEL_TEST_EXECUTABLE = Get-Executable
    Invoke-Dotnet test Backchannel.Native.Tests -c $configuration --no-build --nologo --logger 'console;verbosity=minimal' @args
}

switch ($Verb) {
    'build' { Invoke-Dotnet build backchannel.sln -c $configuration @Rest }
    'publish' { if ($Rest.Count -gt 0) { Publish-Releases $Rest } else { Publish-Native } }
    'test-release' { Test-Releases $Rest }
    'pack' { New-ToolPackages $(if ($Rest.Count -gt 0) { $Rest } else { , (Get-NativeRid) }) }
    'assets' {
        if (-not $env:SOURCE_DATE_EPOCH) { $env:SOURCE_DATE_EPOCH = & git log -1 --format=%ct }
        Invoke-Dotnet run --project Backchannel.Native.Tests -c $configuration -- assets $releaseRoot $assetsRoot @Rest
    }
    'test' { Invoke-Tests @Rest }
    'soak' {
        $env:BACKCHANNEL_TEST_SOAK = '1'
        # Tests show what they write only when they have ended; watch this file for how far they are.
        $env:BACKCHANNEL_TEST_PROGRESS = Join-Path $PWD '.artifacts/soak.log'
        Invoke-Tests --filter 'endurance=soak' @Rest
    }
    'demo' { Publish-Native; & (Get-Executable) demo; exit $LASTEXITCODE }
    { $_ -in 'bench', 'bench-bus' } { Publish-Native; Invoke-Dotnet run --project Backchannel.Native.Tests -c $configuration -- $Verb (Get-Executable) @Rest }
    'snapshots' {
        $env:UPDATE_SNAPSHOTS = '1'
        Invoke-Tests --filter 'FullyQualifiedName~ToolCatalog|FullyQualifiedName~Documentation|FullyQualifiedName~Snapshot'
    }
    { $_ -in 'help', '--help', '-h' } { Show-Usage }
    default { Write-Error "build.ps1: there is no verb '$Verb'"; Show-Usage; exit 2 }
}
