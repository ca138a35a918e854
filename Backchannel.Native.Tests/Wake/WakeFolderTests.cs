using Backchannel.Native.Client;
using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

public sealed class WakeFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Wake => WakeFolder.In(folder.Path);

    public void Dispose() => folder.Dispose();

    [UnixFact]
    public void What_lies_behind_a_link_in_the_place_of_the_folder_is_not_removed()
    {
        var wake = folder.File("wake");
        Directory.CreateDirectory(folder.File("documents"));
        Directory.CreateSymbolicLink(wake, folder.File("documents"));
        var own = ProcessIdentity.AncestorsOf(Environment.ProcessId).First();
        var place = WakeFolder.StatePath(wake, own, own);
        File.WriteAllText(place, "");

        WakeFolder.Remove(place);

        Assert.True(File.Exists(place));
    }

    [UnixFact]
    public void A_link_in_the_place_of_the_folder_is_refused_and_what_lies_behind_it_stays()
    {
        var documents = Directory.CreateDirectory(folder.File("documents"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        File.WriteAllText(Path.Combine(documents, "thesis.txt"), "precious");
        Directory.CreateSymbolicLink(Wake, documents);

        var refusal = Assert.Throws<BackchannelException>(() => WakeFolder.Prepare(Wake));

        Assert.Contains($"{Wake} is a link", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("thesis.txt", Path.GetFileName(Assert.Single(Directory.GetFiles(documents))));
    }

    [UnixFact]
    public void Only_files_that_servers_made_are_removed()
    {
        string[] strange = ["thesis.txt", "a.json", "1-1.json", "x.told", "1-1.2-2.json.bak", "1-1.2-2.txt", "1-1.x.json"];
        string[] left = ["999999-1.999998-1.json", "999999-1.999998-1.json.4e1d.tmp", "999999-1.told", "999999-1.waiter"];
        WakeFolder.Prepare(Wake);
        foreach (var name in (string[])[.. strange, .. left])
        {
            File.WriteAllText(Path.Combine(Wake, name), "");
        }

        WakeFolder.Prepare(Wake);

        Assert.Equal(strange.Order(StringComparer.Ordinal), Directory.GetFiles(Wake).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
