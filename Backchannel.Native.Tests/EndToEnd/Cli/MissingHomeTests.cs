using System.Text.Json;

namespace Backchannel.Native.Tests.EndToEnd.Cli;

/// <summary>Sessions whose client took HOME away, of a user that the machine knows or does not know.</summary>
public sealed class MissingHomeTests
{
    private static readonly Dictionary<string, string> Local = new() { ["BACKCHANNEL_BASE_URL"] = "local" };

    [RootTheory("setpriv", "unshare")]
    [InlineData(null)]
    [InlineData("")]
    public async Task A_session_without_HOME_meets_one_with_it_on_one_bus_with_one_key(string? stripped)
    {
        using var user = new UserOfMachine();
        var home = user.NewFolder("home");
        var users = await DatabaseAsync(user, home);
        var without = stripped is null ? Local : new(Local) { ["HOME"] = stripped };

        var posted = await user.RunAsync(new Dictionary<string, string>(Local) { ["HOME"] = home }, users, "call", "post_task", "--channel", "lane", "--content", "met");
        var claimed = await user.RunAsync(without, users, "call", "claim_task", "--channel", "lane", "--actor", "w");

        Assert.True(posted.ExitCode == 0, posted.Errors);
        Assert.True(claimed.ExitCode == 0, claimed.Errors);
        Assert.Equal("met", JsonElement.Parse(claimed.Output).Text("content"));
        Assert.Equal(stripped is not null, claimed.Errors.Contains($"HOME is empty; {home}", StringComparison.Ordinal));
        Assert.False(Directory.Exists(user.FallbackFolder));
    }

    [RootTheory("setpriv", "unshare")]
    [InlineData("a folder of somebody else")]
    [InlineData("no folder")]
    public async Task A_folder_in_the_user_database_that_is_not_the_users_own_is_not_used(string home)
    {
        using var user = new UserOfMachine();
        using var other = new UserOfMachine();
        var folder = home == "no folder" ? user.Folder + "/none" : other.Folder;
        var users = await DatabaseAsync(user, folder);

        var posted = await user.RunAsync(Local, users, "call", "post_task", "--channel", "lane", "--content", "x");

        Assert.True(posted.ExitCode == 0, posted.Errors);
        Assert.Contains("the API key cannot be kept (there is no home folder)", posted.Errors, StringComparison.Ordinal);
        Assert.True(Directory.Exists(user.FallbackFolder));
    }

    [RootFact("setpriv")]
    public async Task A_user_whom_the_machine_does_not_know_works_with_a_key_in_memory_and_one_warning()
    {
        using var user = new UserOfMachine();

        var posted = await user.RunAsync(Local, null, "call", "post_task", "--channel", "lane", "--content", "x");

        Assert.True(posted.ExitCode == 0, posted.Errors);
        Assert.Single(posted.Errors.Split('\n'), line => line.Contains(" WARNING ", StringComparison.Ordinal));
        Assert.Contains("the API key cannot be kept (there is no home folder)", posted.Errors, StringComparison.Ordinal);
    }

    [RootFact("setpriv", "unshare")]
    public async Task Serve_without_HOME_keeps_its_data_in_the_folder_of_the_user_database()
    {
        using var user = new UserOfMachine();
        var home = user.NewFolder("home");

        var served = await user.RunAsync(new Dictionary<string, string>(), await DatabaseAsync(user, home), "serve", "--socket", user.Program);

        Assert.Equal(1, served.ExitCode);
        Assert.Contains("backchannel-mcp is a file and no socket", served.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("--db", served.Errors, StringComparison.Ordinal);
    }

    private static async Task<string> DatabaseAsync(UserOfMachine user, string home)
    {
        var path = Path.Combine(user.Folder, "passwd");
        await File.WriteAllTextAsync(path, $"root:x:0:0::/root:/bin/sh\nu{user.Id}:x:{user.Id}:{user.Id}::{home}:/bin/sh\n");
        user.Give(path);
        return path;
    }
}
