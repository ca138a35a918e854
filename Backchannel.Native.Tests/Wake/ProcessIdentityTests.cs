using System.Diagnostics;
using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

public sealed class ProcessIdentityTests
{
    [UnixFact]
    public async Task A_process_lives_until_it_has_ended()
    {
        using var process = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;
        var identity = ProcessIdentity.Read(process.Id)!.Value.Identity;

        Assert.True(identity.Lives);
        process.StandardInput.Close();
        await process.WaitForExitAsync().Within();
        Assert.False(identity.Lives);
    }

    [UnixFact]
    public void Another_process_that_got_the_same_number_is_another()
    {
        var own = ProcessIdentity.Read(Environment.ProcessId)!.Value.Identity;

        Assert.True(own.Lives);
        Assert.False((own with { Started = own.Started - 1 }).Lives);
    }

    [UnixFact]
    public void The_first_ancestor_of_a_child_is_this_process()
    {
        using var process = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;

        Assert.Equal(Environment.ProcessId, ProcessIdentity.AncestorsOf(process.Id).First().Id);
        process.Kill();
    }

    [Theory]
    [InlineData("12-34", true)]
    [InlineData("12", false)]
    [InlineData("-34", false)]
    [InlineData("a-b", false)]
    [InlineData("", false)]
    public void It_is_read_from_the_name_of_a_file(string text, bool isOne) =>
        Assert.Equal(isOne ? new ProcessIdentity(12, 34) : null, ProcessIdentity.Parse(text));
}
