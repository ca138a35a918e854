# Installs backchannel-mcp @VERSION@ for the current user of Windows (PowerShell 5.1 or later):
#   irm https://github.com/@REPOSITORY@/releases/latest/download/install.ps1 | iex
#
# BACKCHANNEL_INSTALL_DIR   the folder to install into; default: %LOCALAPPDATA%\Programs\backchannel-mcp
# BACKCHANNEL_DOWNLOAD_URL  a folder with the release's files, for mirrors
# BACKCHANNEL_KEEP_PATH     if set to anything, the PATH is not changed

# One block: `iex` runs in the caller's session, whose settings must not change; and a script that was downloaded in part does nothing.
& {
    $ErrorActionPreference = 'Stop'
    # Windows PowerShell needs more time to draw the progress bar than to download.
    $ProgressPreference = 'SilentlyContinue'

    function Save-Asset([string] $Name) {
        try { Invoke-WebRequest -UseBasicParsing -Uri "$from/$Name" -OutFile (Join-Path $work $Name) }
        catch { throw "install.ps1: $from/$Name cannot be downloaded ($($_.Exception.Message)); nothing was installed" }
    }

    # Windows does not overwrite a running file, but it renames one.
    function Install-File([string] $Source, [string] $Target) {
        $old = $null
        if (Test-Path $Target) {
            $old = "$Target.$([Guid]::NewGuid().ToString('N')).old"
            Move-Item $Target $old
        }
        try { Move-Item $Source $Target }
        catch {
            if ($old) { Move-Item $old $Target }
            throw
        }
        if ($old) { Remove-Item $old -Force -ErrorAction SilentlyContinue }
    }

    # The registry, not SetEnvironmentVariable, because that would replace each %NAME% in the PATH by its value of today.
    function Add-UserPath([string] $Folder) {
        $key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey('Environment', $true)
        try {
            $path = [string] $key.GetValue('Path', '', [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames)
            if (($path -split ';') -contains $Folder) { return }
            $key.SetValue('Path', (@($path.TrimEnd(';'), $Folder) | Where-Object { $_ }) -join ';', [Microsoft.Win32.RegistryValueKind]::ExpandString)
        }
        finally { $key.Dispose() }
        # Changing any variable makes programs read all of them again; this one does not exist.
        [Environment]::SetEnvironmentVariable('BACKCHANNEL_INSTALLED', $null, 'User')
        $env:Path = "$env:Path;$Folder"
        Write-Output "$Folder was added to your PATH; programs started from now on see it."
    }

    $version = '@VERSION@'
    $from = if ($env:BACKCHANNEL_DOWNLOAD_URL) { $env:BACKCHANNEL_DOWNLOAD_URL } else { "https://github.com/@REPOSITORY@/releases/download/v$version" }
    # A 32-bit PowerShell says x86 and names the real processor in the second variable.
    $name = @($env:PROCESSOR_ARCHITEW6432, $env:PROCESSOR_ARCHITECTURE) | Where-Object { $_ } | Select-Object -First 1
    if (-not $name) { throw 'install.ps1: this is the installer for Windows; on Linux and macOS use install.sh' }
    $processor = switch ($name) {
        'AMD64' { 'x64' }
        'ARM64' { 'arm64' }
        default { throw "install.ps1: there is no file for the processor $name; it can be built from the sources" }
    }
    $archive = "backchannel-mcp-$version-win-$processor.zip"
    $folder = if ($env:BACKCHANNEL_INSTALL_DIR) { $env:BACKCHANNEL_INSTALL_DIR } else { Join-Path $env:LOCALAPPDATA 'Programs\backchannel-mcp' }
    $work = Join-Path ([System.IO.Path]::GetTempPath()) ([System.IO.Path]::GetRandomFileName())
    New-Item -ItemType Directory -Path $work | Out-Null
    try {
        # Older versions of Windows PowerShell do not offer the TLS version that GitHub requires.
        [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
        Save-Asset $archive
        Save-Asset 'SHA256SUMS'
        $line = Get-Content (Join-Path $work 'SHA256SUMS') | Where-Object { $_.EndsWith("  $archive") } | Select-Object -First 1
        if (-not $line) { throw "install.ps1: SHA256SUMS does not name $archive; nothing was installed" }
        $wanted = $line.Split(' ')[0]
        $found = (Get-FileHash -Algorithm SHA256 (Join-Path $work $archive)).Hash.ToLowerInvariant()
        if ($wanted -ne $found) { throw "install.ps1: the checksum of $archive is $found, but $wanted was published; nothing was installed" }

        Add-Type -AssemblyName System.IO.Compression.FileSystem
        [System.IO.Compression.ZipFile]::ExtractToDirectory((Join-Path $work $archive), (Join-Path $work 'files'))
        New-Item -ItemType Directory -Force -Path $folder | Out-Null
        # Files that an earlier upgrade could not delete because they were running.
        Get-ChildItem $folder -Filter '*.old' | Where-Object { $_.Name -match '^(backchannel-mcp|e_sqlite3)\..*\.old$' } |
            Remove-Item -Force -ErrorAction SilentlyContinue
        # The library first: the new program must not load the old library.
        $files = Get-ChildItem (Join-Path $work 'files') | Where-Object { $_.Extension -in '.dll', '.exe' } | Sort-Object Extension
        foreach ($file in $files) { Install-File $file.FullName (Join-Path $folder $file.Name) }
    }
    finally {
        Remove-Item -Recurse -Force $work
    }

    $target = Join-Path $folder 'backchannel-mcp.exe'
    Write-Output "Installed $target, version $(& $target --version)."
    if (-not $env:BACKCHANNEL_KEEP_PATH) { Add-UserPath $folder }
    Write-Output 'Next, add it to your MCP client, for example:  backchannel-mcp config claude-code --local --write'
}
