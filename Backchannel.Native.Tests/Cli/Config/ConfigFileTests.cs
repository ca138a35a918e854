using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Backchannel.Native.Cli.Config;
using Backchannel.Native.Files;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Cli.Config;

public sealed class ConfigFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("backchannel-file-").FullName;
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));

    private string FilePath => Path.Combine(folder, "settings.json");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_mode_of_a_file_is_kept()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.WriteAllText(FilePath, "old");
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        File.SetUnixFileMode(FilePath, mode);

        var backup = new ConfigFile(FilePath, clock).Replace("old", "new");

        Assert.Equal(mode, File.GetUnixFileMode(FilePath));
        Assert.Equal(mode, File.GetUnixFileMode(backup!));
    }

    [Fact]
    public void A_linked_file_is_edited_where_it_lies()
    {
        var real = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "dotfiles")).FullName, "real.json");
        File.WriteAllText(real, "old");
        File.CreateSymbolicLink(FilePath, real);

        new ConfigFile(FilePath, clock).Replace("old", "new");

        Assert.Equal(real, new FileInfo(FilePath).LinkTarget);
        Assert.Equal("new", File.ReadAllText(real));
    }

    [Fact]
    public void Links_to_links_and_links_to_nothing_yet_are_followed_to_their_end()
    {
        var dotfiles = Directory.CreateDirectory(Path.Combine(folder, "dotfiles")).FullName;
        File.CreateSymbolicLink(Path.Combine(dotfiles, "link.json"), "real.json");
        File.CreateSymbolicLink(FilePath, Path.Combine("dotfiles", "link.json"));

        new ConfigFile(FilePath, clock).Replace("", "one");
        new ConfigFile(FilePath, clock).Replace("one", "two");

        Assert.Equal("two", File.ReadAllText(Path.Combine(dotfiles, "real.json")));
        Assert.Equal("real.json", new FileInfo(Path.Combine(dotfiles, "link.json")).LinkTarget);
        Assert.Equal(Path.Combine("dotfiles", "link.json"), new FileInfo(FilePath).LinkTarget);
    }

    [Fact]
    public void A_linked_folder_with_a_relative_link_in_it_is_followed_from_where_it_really_lies()
    {
        var real = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "dotfiles", "real")).FullName, "real.json");
        var deep = Directory.CreateDirectory(Path.Combine(folder, "dotfiles", "deep", "client")).FullName;
        File.WriteAllText(real, "old");
        Directory.CreateSymbolicLink(Path.Combine(folder, "client"), deep);
        File.CreateSymbolicLink(Path.Combine(deep, "settings.json"), Path.Combine("..", "..", "real", "real.json"));
        var file = new ConfigFile(Path.Combine(folder, "client", "settings.json"), clock);

        Assert.Equal("old", file.Read());
        var backup = file.Replace("old", "new");

        Assert.Equal("new", File.ReadAllText(real));
        Assert.Equal([real, backup!], Directory.GetFiles(folder, "*real*", SearchOption.AllDirectories).Order());
        Assert.Equal(Path.GetDirectoryName(real), Path.GetDirectoryName(backup));
    }

    [Fact]
    public void A_linked_folder_that_is_not_there_yet_is_made_where_the_link_leads()
    {
        Directory.CreateSymbolicLink(Path.Combine(folder, "client"), Path.Combine("dotfiles", "client"));

        new ConfigFile(Path.Combine(folder, "client", "settings.json"), clock).Replace("", "new");

        Assert.Equal("new", File.ReadAllText(Path.Combine(folder, "dotfiles", "client", "settings.json")));
    }

    [RootFact]
    public void Owner_and_group_of_a_file_are_kept_and_are_those_of_the_backup()
    {
        File.WriteAllText(FilePath, "old");
        Give(FilePath, 54321, 54322);

        var backup = new ConfigFile(FilePath, clock).Replace("old", "new");

        Assert.Equal((54321u, 54322u), OwnerOf(FilePath));
        Assert.Equal((54321u, 54322u), OwnerOf(backup!));
    }

    [RootFact]
    public void A_new_file_in_somebody_elses_home_belongs_to_whom_the_home_belongs()
    {
        Give(folder, 54321, 54322);
        var path = Path.Combine(folder, ".client", "deep", "settings.json");

        new ConfigFile(path, clock).Replace("", "new");

        Assert.Equal((54321u, 54322u), OwnerOf(path));
        Assert.Equal((54321u, 54322u), OwnerOf(Path.GetDirectoryName(path)!));
        Assert.Equal((54321u, 54322u), OwnerOf(Path.Combine(folder, ".client")));
    }

    [UnixTheory]
    [InlineData("pipe")]
    [InlineData("device")]
    [InlineData("socket")]
    public void What_is_no_file_is_refused_at_once(string kind)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        switch (kind)
        {
            case "pipe":
                Process.Start("mkfifo", [FilePath]).WaitForExit();
                break;
            case "device":
                File.CreateSymbolicLink(FilePath, "/dev/null");
                break;
            default:
                socket.Bind(new UnixDomainSocketEndPoint(FilePath));
                break;
        }

        var reading = Assert.Throws<ConfigException>(() => new ConfigFile(FilePath, clock).Read());
        Assert.Throws<ConfigException>(() => new ConfigFile(FilePath, clock).Replace("", "new"));

        Assert.Contains("not a file", reading.Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void A_link_in_a_circle_is_an_error_that_names_it()
    {
        File.CreateSymbolicLink(FilePath, FilePath);

        var exception = Assert.Throws<ConfigException>(() => new ConfigFile(FilePath, clock).Read());

        Assert.Contains(FilePath, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_is_kept_and_not_shown()
    {
        File.WriteAllText(FilePath, "old", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        var file = new ConfigFile(FilePath, clock);

        Assert.Equal("old", file.Read());
        file.Replace("old", "new");

        Assert.Equal([0xEF, 0xBB, 0xBF, (byte)'n', (byte)'e', (byte)'w'], File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void A_file_that_another_program_changed_meanwhile_is_left_alone()
    {
        File.WriteAllText(FilePath, "theirs");

        var exception = Assert.Throws<ConfigException>(() => new ConfigFile(FilePath, clock).Replace("old", "new"));

        Assert.Contains("changed by another program", exception.Message, StringComparison.Ordinal);
        Assert.Equal("theirs", File.ReadAllText(FilePath));
        Assert.Equal([FilePath], Directory.GetFiles(folder));
    }

    [Fact]
    public void A_second_backup_in_the_same_second_does_not_replace_the_first()
    {
        File.WriteAllText(FilePath, "one");
        var file = new ConfigFile(FilePath, clock);

        var first = file.Replace("one", "two");
        var second = file.Replace("two", "three");

        Assert.Equal("one", File.ReadAllText(first!));
        Assert.Equal("two", File.ReadAllText(second!));
    }

    [Fact]
    public void What_is_not_UTF8_is_refused()
    {
        File.WriteAllBytes(FilePath, [0x7B, 0xFF, 0x7D]);

        Assert.Throws<ConfigException>(() => new ConfigFile(FilePath, clock).Read());
    }

    private static void Give(string path, int owner, int group) => Process.Start("chown", [$"{owner}:{group}", path]).WaitForExit();

    private static (uint Owner, uint Group) OwnerOf(string path) => FileStatus.Read(path) is { } status ? (status.OwnerId, status.GroupId) : default;

    [Fact]
    public void A_folder_in_the_files_place_is_an_error_that_names_it()
    {
        Directory.CreateDirectory(FilePath);

        var exception = Assert.Throws<ConfigException>(() => new ConfigFile(FilePath, clock).Replace("", "new"));

        Assert.Contains(FilePath, exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder));
    }
}
