using System.Diagnostics;
using Backchannel.Native.Files;

namespace Backchannel.Native.Tests.Files;

public sealed class FolderRemovalTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_goes_with_all_that_is_in_it()
    {
        Directory.CreateDirectory(folder.File("it/a/b"));
        Directory.CreateDirectory(folder.File("it/c"));
        File.WriteAllText(folder.File("it/a/b/file"), "");
        File.WriteAllText(folder.File("it/.hidden"), "");

        Assert.True(FolderRemoval.TryRemove(folder.File("it"), null));
        Assert.True(FolderRemoval.TryRemove(folder.File("it"), null));

        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [UnixFact]
    public void Neither_depth_nor_odd_names_nor_missing_rights_keep_it()
    {
        Run("mkdir it && cd it && touch \"$(printf 'a\\377b')\" \"$(printf 'line\\nbreak')\" && mkdir \"$(printf 'c\\377d')\" && mkdir -p shut/below && chmod 0 shut/below && chmod 0 shut && mkfifo pipe && "
            + "i=0; while [ $i -lt 900 ]; do mkdir dddddd && cd -P dddddd || exit 1; i=$((i+1)); done; touch file");

        Assert.True(FolderRemoval.TryRemove(folder.File("it"), null));

        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [UnixFact]
    public void Two_that_remove_one_folder_at_once_both_say_that_it_is_gone()
    {
        for (var round = 0; round < 200; round++)
        {
            Directory.CreateDirectory(folder.File("it/a"));
            using var start = new Barrier(2);
            var gone = new bool[2];

            Parallel.For(0, 2, new ParallelOptions { MaxDegreeOfParallelism = 2 }, Remove);

            Assert.Equal([true, true], gone);

            void Remove(int i)
            {
                start.SignalAndWait();
                gone[i] = FolderRemoval.TryRemove(folder.File("it"), null);
            }
        }
    }

    [UnixFact]
    public void A_link_is_removed_and_not_what_it_leads_to()
    {
        Run("mkdir victim it && touch victim/mine && ln -s ../victim it/link && ln -s victim link && ln -s nowhere dangling");

        Assert.True(FolderRemoval.TryRemove(folder.File("it"), null));
        Assert.True(FolderRemoval.TryRemove(folder.File("link"), null));
        Assert.True(FolderRemoval.TryRemove(folder.File("dangling"), null));

        Assert.Equal(folder.File("victim/mine"), Assert.Single(Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Skip(1)));
    }

    [UnixFact]
    public void Another_folder_in_its_place_is_left()
    {
        Run("mkdir first it && touch it/mine");

        Assert.False(FolderRemoval.TryRemove(folder.File("it"), FileStatus.Read(folder.File("first"))!.Identity));

        Assert.True(File.Exists(folder.File("it/mine")));
    }

    private void Run(string line)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", line]) { WorkingDirectory = folder.Path })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
