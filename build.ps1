#!/usr/bin/env pwsh
# Builds, tests, publishes and measures backchannel-mcp. build.sh is its twin.
param([Parameter(Position = 0)] [string] $Verb = 'help', [Parameter(ValueFromRemainingArguments)] [string[]] $Rest = @())
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot

$configuration = 'Release'
$publishRoot = '.artifacts/publish'

function Show-Usage {
    @'
Usage: ./build.ps1 VERB

  demo            publish the native file and run the two-agent demo on a private bus
  test [ARG...]   publish, then run all tests against the native file; ARGs go to dotnet test
  build           compile everything, warnings are errors
  publish [RID]   the native executable, into .artifacts/publish/<RID>; default: this machine
  bench           measure the published file and print a table
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

function Publish-Native([string] $Rid = (Get-NativeRid)) {
    Invoke-Dotnet publish Backchannel.Native -c $configuration -r $Rid -o "$publishRoot/$Rid" --nologo -v quiet
}

function Invoke-Tests {
    Publish-Native
    Invoke-Dotnet build Backchannel.Native.Tests -c $configuration --nologo -v quiet
    $env:BACKCHANNEL_TEST_EXECUTABLE = Get-Executable
    Invoke-Dotnet test Backchannel.Native.Tests -c $configuration --no-build --nologo --logger 'console;verbosity=minimal' @args
}

switch ($Verb) {
    'build' { Invoke-Dotnet build backchannel.sln -c $configuration @Rest }
    'publish' { Publish-Native @Rest }
    'test' { Invoke-Tests @Rest }
    'demo' { Publish-Native; & (Get-Executable) demo; exit $LASTEXITCODE }
    'bench' { Publish-Native; Invoke-Dotnet run --project Backchannel.Native.Tests -c $configuration -- bench (Get-Executable) @Rest }
    'snapshots' {
        $env:UPDATE_SNAPSHOTS = '1'
        Invoke-Tests --filter 'FullyQualifiedName~ToolCatalog|FullyQualifiedName~Documentation|FullyQualifiedName~Snapshot'
    }
    { $_ -in 'help', '--help', '-h' } { Show-Usage }
    default { Write-Error "build.ps1: there is no verb '$Verb'"; Show-Usage; exit 2 }
}
