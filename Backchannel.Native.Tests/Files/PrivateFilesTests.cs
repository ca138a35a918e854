using Backchannel.Native.Files;

namespace Backchannel.Native.Tests.Files;

public sealed class PrivateFilesTests : IDisposable
{
    private const UnixFileMode OfOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder folder = new();

    [UnixFact]
    public void A_new_folder_and_those_above_it_are_their_owners_alone()
    {
        PrivateFiles.CreateFolderOf(folder.File("a/b/file"));

        Assert.All(["a", "a/b"], path => Assert.Equal(OfOwner | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.File(path))));
    }

    [UnixFact]
    public void A_folder_and_a_file_that_exist_keep_their_modes()
    {
        var path = folder.File("shared/file");
        Directory.CreateDirectory(folder.File("shared"));
        File.WriteAllText(path, "x");
        var (modeOfFolder, mode) = ((UnixFileMode)0b111_101_101, (UnixFileMode)0b110_110_100);
        File.SetUnixFileMode(folder.File("shared"), modeOfFolder);
        File.SetUnixFileMode(path, mode);

        PrivateFiles.CreateFolderOf(path);
        using (new FileStream(path, PrivateFiles.Options(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)))
        {
        }

        Assert.Equal(modeOfFolder, File.GetUnixFileMode(folder.File("shared")));
        Assert.Equal(mode, File.GetUnixFileMode(path));
    }

    [UnixFact]
    public void A_new_file_is_its_owners_alone_and_replaced_as_a_whole()
    {
        var path = folder.File("file");

        PrivateFiles.Replace(path, "one");
        PrivateFiles.Replace(path, "2");

        Assert.Equal(OfOwner, File.GetUnixFileMode(path));
        Assert.Equal("2", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    public void Dispose() => folder.Dispose();
}
