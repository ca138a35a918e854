using Backchannel.Native.Client;
using Backchannel.Native.Files;

namespace Backchannel.Native.Tests.Client;

public sealed class LocalBusFolderTests : IDisposable
{
    private readonly TemporaryFolder home = new();

    public void Dispose() => home.Dispose();

    [UnixFact]
    public void The_socket_lies_in_a_folder_of_the_home() =>
        Assert.Equal("/home/ann/.local/share/backchannel/bus.sock", LocalBusFolder.SocketPath("/home/ann", "/tmp", "1000"));

    [UnixTheory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_a_home_it_lies_in_a_folder_named_after_the_user(string? none) =>
        Assert.Equal("/tmp/backchannel-1000/bus.sock", LocalBusFolder.SocketPath(none, "/tmp", "1000"));

    [UnixTheory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_path_that_is_too_long_for_a_socket_falls_back(int bytesTooMany, bool fits)
    {
        var limit = OperatingSystem.IsMacOS() ? 103 : 107;
        var homeBytes = limit - "/.local/share/backchannel/bus.sock".Length + bytesTooMany;

        var path = LocalBusFolder.SocketPath("/" + new string('h', homeBytes - 1), "/tmp", "1000");

        Assert.Equal(fits, !path.StartsWith("/tmp/", StringComparison.Ordinal));
        Assert.Equal(fits ? limit : path.Length, path.Length);
    }

    [UnixFact]
    public void The_folder_is_made_for_its_owner_alone()
    {
        LocalBusFolder.Prepare(home.File("a/b"), FileStatus.OwnUserId);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, Mode(home.File("a/b")));
    }

    [UnixFact]
    public void A_folder_that_others_can_open_is_refused()
    {
        SetMode(home.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);

        var exception = Assert.Throws<BackchannelException>(() => LocalBusFolder.Prepare(home.Path, FileStatus.OwnUserId));

        Assert.Contains(home.Path, exception.Message, StringComparison.Ordinal);
    }

    [UnixFact]
    public void A_link_of_ones_own_counts_as_what_it_leads_to()
    {
        LocalBusFolder.Prepare(home.File("real"), FileStatus.OwnUserId);
        Directory.CreateSymbolicLink(home.File("link"), home.File("real"));

        LocalBusFolder.Prepare(home.File("link"), FileStatus.OwnUserId);
        SetMode(home.File("real"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);

        Assert.Throws<BackchannelException>(() => LocalBusFolder.Prepare(home.File("link"), FileStatus.OwnUserId));
        Assert.Throws<BackchannelException>(() => LocalBusFolder.Prepare(home.File("link"), FileStatus.OwnUserId + 1));
    }

    [UnixFact]
    public void A_folder_of_another_user_is_refused()
    {
        var exception = Assert.Throws<BackchannelException>(() => LocalBusFolder.Prepare(home.Path, FileStatus.OwnUserId + 1));

        Assert.Equal(FaultCodes.NotPrivate, exception.Code);
        Assert.Contains($"{home.Path} belongs to another user", exception.Message, StringComparison.Ordinal);
    }

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }
}
