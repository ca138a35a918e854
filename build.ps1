#!/usr/bin/env pwsh
# Builds, tests, publishes and measures backchannel-mcp. build.sh is its twin; only that one has `reproduce`, `order` and `lines`,
# which need Linux, and runs tests with PostgreSQL.
# No param block: PowerShell would then read options that are meant for dotnet, such as -v, as its own.
$ErrorActionPreference = 'Stop'

$configuration = 'Release'
$publishRoot = '.artifacts/publish'
$releaseRoot = '.artifacts/release'
$assetsRoot = '.artifacts/assets'
$testRoot = '.artifacts/tests'
# The commit of the older release that tests run beside this one.
$olderRelease = 'Backchannel.Native.Tests/Fixtures/older-release.txt'

function Show-Usage {
    @'
Usage: ./build.ps1 VERB

  demo            publish the native file and run the two-agent demo on a private bus
  test [ARG...]   publish, run all tests against the native file, and print the time by group; ARGs go to dotnet test
  soak [ARG...]   publish, then run the long variants of the endurance tests (crashes, load, hostile requests, random operations, real leases);
                  each reports its progress every ten seconds, and gives up after 45 minutes
  test-hosts [ARG...]
                  on Linux, publish and run the tests with six real agent hosts from npm and a scripted model; says which it skips
  build           compile everything, warnings are errors
  publish         the native executable for this machine, into .artifacts/publish/<RID>
  publish RID...  executables as they are released, into .artifacts/release/<RID>: win-x64 win-arm64 on Windows,
                  osx-x64 osx-arm64 on macOS, linux-* by build.sh on Linux; exit 3 if this machine cannot make one
  test-release RID...
                  publish RIDs and run the end-to-end tests against each file
  pack [RID...]   the .NET tool packages: pointer, one that runs on any .NET, and a native one per RID, into .artifacts/packages
  assets          archives, checksums, SBOM and manifests of the files in .artifacts/release, into .artifacts/assets
  bench           measure the published file and print a table
  bench-bus       measure a bus of the published file under load and print a table; with --db, buses that share a PostgreSQL database
  bench-views     measure what people look at: searches, lanes, and what those who look on cost; print a table
  page            on Linux and macOS, bundle the page's modules and styles into one file, Backchannel.Native/Page/bundle, with esbuild from npm
  screenshots     on Debian, make the pictures of the page that the README shows
  bench-work      on Linux, measure runners and hooks of the published file and print a table
  snapshots       rewrite the reviewed snapshots and the generated sections of README.md
'@
}

function Get-NativeRid {
    $system = if ($IsWindows) { 'win' } elseif ($IsMacOS) { 'osx' } else { 'linux' }
    "$system-$([System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture.ToString().ToLowerInvariant())"
}

# Takes an array: from separate words PowerShell would split a bare -p:Name=value and pass on only half of it.
function Invoke-Dotnet([string[]] $Words) {
    if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
        [Console]::Error.WriteLine('build.ps1: the .NET 10 SDK is missing. On Windows: winget install Microsoft.DotNet.SDK.10')
        exit 2
    }
    & dotnet @Words
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

function Get-Executable([string] $Folder) {
    $suffix = if ($IsWindows) { '.exe' } else { '' }
    Join-Path $PSScriptRoot "$Folder/backchannel-mcp$suffix"
}

function Get-NativeExecutable { Get-Executable "$publishRoot/$(Get-NativeRid)" }

function Publish-Native {
    $rid = Get-NativeRid
    Invoke-Dotnet 'publish', 'Backchannel.Native', '-c', $configuration, '-r', $rid, '-o', "$publishRoot/$rid", '--nologo', '-v', 'quiet'
}

# Returns why this machine cannot make a native file for a RID; nothing if it can.
function Get-Obstacle([string] $Rid) {
    switch -Regex -CaseSensitive ($Rid) {
        '^win-(x64|arm64)$' { if (-not $IsWindows) { 'native code for Windows is linked on Windows: run build.ps1 there, or let the release workflow do it' }; return }
        '^osx-(x64|arm64)$' { if (-not $IsMacOS) { 'native code for macOS is linked on macOS: run build.sh there, or let the release workflow do it' }; return }
        '^linux-(musl-)?(x64|arm64)$' { 'the static files for Linux are linked there: run build.sh on Linux, or let the release workflow do it'; return }
        default { 'there is no such RID here; known: linux-x64 linux-arm64 linux-musl-x64 linux-musl-arm64 osx-x64 osx-arm64 win-x64 win-arm64' }
    }
}

# Prints which RIDs this machine cannot make, and returns the others.
function Select-Possible([string[]] $Rids) {
    foreach ($rid in $Rids) {
        $obstacle = Get-Obstacle $rid
        if ($obstacle) { [Console]::Error.WriteLine("build.ps1: $rid cannot be made on this machine: $obstacle") } else { $rid }
    }
}

function Publish-Release([string[]] $Rids) {
    $possible = @(Select-Possible $Rids)
    foreach ($rid in $possible) {
        $output = "$releaseRoot/$rid"
        if (Test-Path $output) { Remove-Item -Recurse -Force $output }
        Invoke-Dotnet 'publish', 'Backchannel.Native', '-c', $configuration, '-r', $rid, '-o', $output, '--nologo', '-v', 'quiet'
    }
    if ($possible.Count -lt $Rids.Count) { exit 3 }
}

# Runs the end-to-end tests against each released file.
function Test-Release([string[]] $Rids) {
    Publish-Release $Rids
    Invoke-Dotnet 'build', 'Backchannel.Native.Tests', '-c', $configuration, '--nologo', '-v', 'quiet'
    foreach ($rid in $Rids) {
        $env:BACKCHANNEL_TEST_EXECUTABLE = Get-Executable "$releaseRoot/$rid"
        Invoke-Dotnet 'test', 'Backchannel.Native.Tests', '-c', $configuration, '--no-build', '--nologo', '--filter', 'FullyQualifiedName~.EndToEnd.'
    }
}

function New-ToolPackage([string[]] $Rids) {
    $possible = @(Select-Possible $Rids)
    if ($possible.Count -lt $Rids.Count) { exit 3 }
    $pack = 'pack', 'Backchannel.Native', '-c', $configuration, '-p:PackTool=true', '--nologo', '-v', 'quiet'
    Invoke-Dotnet $pack
    Invoke-Dotnet ($pack + '-r' + 'any' + '-p:PublishAot=false')
    foreach ($rid in $possible) { Invoke-Dotnet ($pack + '-r' + $rid) }
}

function New-Asset([string[]] $Words) {
    if (-not $env:SOURCE_DATE_EPOCH) {
        # Without git's folder the assets get the earliest time that a zip file can hold.
        $time = & git log -1 --format=%ct 2>$null
        $env:SOURCE_DATE_EPOCH = if ($LASTEXITCODE -eq 0) { $time } else { '0' }
    }
    Invoke-Dotnet ('run', '--project', 'Backchannel.Native.Tests', '-c', $configuration, '--', 'assets', $releaseRoot, $assetsRoot + $Words)
}

# Runs a step and notes how many seconds it took, for the table at the end.
function Measure-Step([string] $Group, [scriptblock] $Step) {
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    & $Step
    Add-Content -Path "$testRoot/times" -Value "$Group=$([int] $watch.Elapsed.TotalSeconds)"
}

function Build-Test { Invoke-Dotnet 'build', 'Backchannel.Native.Tests', '-c', $configuration, '--nologo', '-v', 'quiet' }

# Builds the older release from the repository's history, once, and returns the path of its program; nothing where that commit is not there.
function Get-OlderRelease {
    if (-not (Test-Path $olderRelease)) { return }
    $commit = (Get-Content -Raw $olderRelease).Trim()
    & git cat-file -e "$commit^{commit}" 2>$null
    if ($LASTEXITCODE -ne 0) { return }
    $folder = Join-Path $PSScriptRoot ".artifacts/older/$commit"
    if (-not (Test-Path "$folder/program")) {
        if (Test-Path $folder) { Remove-Item -Recurse -Force $folder }
        New-Item -ItemType Directory -Force "$folder/source" | Out-Null
        # To a file: PowerShell's pipe would take the archive for text.
        & git archive --format=tar -o "$folder/source.tar" $commit Backchannel.Native Directory.Build.props Directory.Packages.props global.json .editorconfig
        & tar -x -f "$folder/source.tar" -C "$folder/source"
        $build = 'build', "$folder/source/Backchannel.Native", '-c', $configuration, '-o', "$folder/built", '-p:RunAnalyzers=false', '-p:TreatWarningsAsErrors=false', '--nologo', '-v', 'quiet'
        Invoke-Dotnet $build | Out-Host
        Move-Item "$folder/built" "$folder/program"
    }
    Get-Executable ".artifacts/older/$commit/program"
}

function Get-TestCommand([string[]] $Words) {
    'test', 'Backchannel.Native.Tests', '-c', $configuration, '--no-build', '--nologo', '--logger', 'console;verbosity=minimal' + $Words
}

function Invoke-Test([string[]] $Words) {
    if (Test-Path $testRoot) { Remove-Item -Recurse -Force $testRoot }
    New-Item -ItemType Directory -Force $testRoot | Out-Null
    if ($Words.Count -eq 0) { Invoke-AllTest; return }
    Publish-Native
    Build-Test
    $env:BACKCHANNEL_TEST_EXECUTABLE = Get-NativeExecutable
    $env:BACKCHANNEL_TEST_OLDER = Get-OlderRelease
    Invoke-Dotnet (Get-TestCommand $Words)
}

# In two parts as in build.sh, so that the table shows the same groups; here the native file is published before them.
function Invoke-AllTest {
    $native = 'EndToEnd', 'Interop', 'Documentation'
    $parts = [ordered] @{
        'unit' = ($native | ForEach-Object { "FullyQualifiedName!~.$_." }) -join '&'
        'end-to-end' = ($native | ForEach-Object { "FullyQualifiedName~.$_." }) -join '|'
    }
    $status = 0
    Measure-Step 'build' { Build-Test }
    Measure-Step 'publishing the native file' { Publish-Native }
    $env:BACKCHANNEL_TEST_EXECUTABLE = Get-NativeExecutable
    Measure-Step 'building the older release' { $env:BACKCHANNEL_TEST_OLDER = Get-OlderRelease }
    foreach ($part in $parts.Keys) {
        $command = Get-TestCommand '--filter', $parts[$part], '--logger', "trx;LogFileName=$PWD/$testRoot/$part.trx"
        Measure-Step "$part tests" { & dotnet @command }
        if ($LASTEXITCODE -ne 0) { $status = $LASTEXITCODE }
    }
    Invoke-Dotnet 'run', '--project', 'Backchannel.Native.Tests', '-c', $configuration, '--no-build', '--', 'times', $testRoot
    if ($status -ne 0) { exit $status }
}

# At a prompt PowerShell splits a bare -p:Name=value into `-p:` and `Name=value`.
function Join-SplitOption([string[]] $Words) {
    for ($index = 0; $index -lt $Words.Count; $index++) {
        if ($Words[$index] -match '^-[^:]+:$' -and $index + 1 -lt $Words.Count) { $Words[$index] + $Words[++$index] } else { $Words[$index] }
    }
}

$verb = if ($args.Count -gt 0) { $args[0] } else { 'help' }
$rest = @(if ($args.Count -gt 1) { Join-SplitOption $args[1..($args.Count - 1)] })
# The script runs in the caller's session: the variables that it sets for dotnet must not stay there, above all UPDATE_SNAPSHOTS.
$variables = 'BACKCHANNEL_TEST_EXECUTABLE', 'BACKCHANNEL_TEST_OLDER', 'BACKCHANNEL_TEST_SOAK', 'BACKCHANNEL_TEST_PROGRESS', 'SOURCE_DATE_EPOCH', 'UPDATE_SNAPSHOTS'
$before = @{}
foreach ($name in $variables) { $before[$name] = [Environment]::GetEnvironmentVariable($name) }
Push-Location $PSScriptRoot
try {
    switch -CaseSensitive ($verb) {
        'build' { Invoke-Dotnet ('build', 'backchannel.sln', '-c', $configuration + $rest) }
        'publish' { if ($rest.Count -gt 0) { Publish-Release $rest } else { Publish-Native } }
        'test-release' { Test-Release $rest }
        'pack' { New-ToolPackage $(if ($rest.Count -gt 0) { $rest } else { Get-NativeRid }) }
        'assets' { New-Asset $rest }
        'test' { Invoke-Test $rest }
        'soak' {
            $env:BACKCHANNEL_TEST_SOAK = '1'
            # A test shows its output only when it has ended; this file shows the progress.
            $env:BACKCHANNEL_TEST_PROGRESS = Join-Path $PWD '.artifacts/soak.log'
            Invoke-Test ('--filter', 'endurance=soak' + $rest)
        }
        'test-hosts' {
            [Console]::Error.WriteLine('build.ps1: the tests with agent hosts are for Linux: run build.sh there')
            exit 3
        }
        'page' {
            [Console]::Error.WriteLine('build.ps1: the page is bundled on Linux or macOS: run build.sh there')
            exit 3
        }
        'screenshots' {
            [Console]::Error.WriteLine('build.ps1: the pictures are made on Debian: run build.sh there')
            exit 3
        }
        'bench-work' {
            [Console]::Error.WriteLine('build.ps1: runners and hooks are measured on Linux: run build.sh there')
            exit 3
        }
        'demo' { Publish-Native; & (Get-NativeExecutable) demo; exit $LASTEXITCODE }
        { $_ -cin 'bench', 'bench-bus', 'bench-views' } {
            Publish-Native
            Invoke-Dotnet ('run', '--project', 'Backchannel.Native.Tests', '-c', $configuration, '--', $verb, (Get-NativeExecutable) + $rest)
        }
        'snapshots' { $env:UPDATE_SNAPSHOTS = '1'; Invoke-Test '--filter', 'FullyQualifiedName~ToolCatalog|FullyQualifiedName~Documentation|FullyQualifiedName~Snapshot' }
        { $_ -cin 'help', '--help', '-h' } { Show-Usage }
        default {
            [Console]::Error.WriteLine("build.ps1: there is no verb '$verb'")
            [Console]::Error.WriteLine((Show-Usage))
            exit 2
        }
    }
}
finally {
    foreach ($name in $variables) { [Environment]::SetEnvironmentVariable($name, $before[$name]) }
    Pop-Location
}
