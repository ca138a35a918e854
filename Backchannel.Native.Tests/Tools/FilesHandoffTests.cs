using System.Security.Cryptography;
using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Tools;

/// <summary>Files that go with a task and come back with its result, tool by tool.</summary>
public sealed class FilesHandoffTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_file_goes_with_a_task_and_another_comes_back_with_its_result()
    {
        await using var bus = await TestBus.StartAsync();
        await using var poster = Agent(bus, "poster");
        await using var worker = Agent(bus, "worker");
        var (log, report) = (RandomNumberGenerator.GetBytes(3_000_000), RandomNumberGenerator.GetBytes(400_000));
        await File.WriteAllBytesAsync(folder.File("poster/project/build.log"), log);
        await File.WriteAllBytesAsync(folder.File("worker/project/report.bin"), report);

        var posted = await poster.CallAsync("post_task", """{"channel":"files","content":"why?","files":["build.log"]}""");
        var claimed = await worker.CallAsync("claim_task", $$"""{"channel":"{{posted.Text("channel")}}"}""");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{claimed.Text("message_id")}}","result":"see","files":["report.bin"]}""");
        var awaited = await poster.CallAsync("await_result", $$"""{"message_id":"{{posted.Text("message_id")}}"}""");
        var several = await poster.CallAsync("await_result", $$"""{"message_ids":["{{posted.Text("message_id")}}"]}""");

        var there = Only(claimed);
        Assert.Equal(log, await File.ReadAllBytesAsync(there.Text("path")));
        Assert.StartsWith(folder.File("worker/home"), there.Text("path"), StringComparison.Ordinal);
        var back = Only(awaited.GetProperty("result"));
        Assert.Equal(report, await File.ReadAllBytesAsync(back.Text("path")));
        Assert.Equal(back.Text("path"), Only(several.GetProperty("results")[0].GetProperty("result")).Text("path"));
        Assert.InRange(there.GetRawText().Length, 1, 300);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"next\":true")]
    public async Task An_ack_with_files_that_is_repeated_changes_nothing(string next)
    {
        await using var bus = await TestBus.StartAsync();
        await using var agent = Agent(bus, "agent");
        await File.WriteAllTextAsync(folder.File("agent/project/a.txt"), "of the file");
        var task = await agent.PostAsync("files", "work");
        await agent.ClaimAsync("files");
        var ack = $$"""{"message_id":"{{task}}","result":"see","files":["a.txt"]{{next}} }""";

        var first = await agent.CallAsync("ack_task", ack);
        var second = await agent.CallAsync("ack_task", ack);

        Assert.Equal(("acknowledged", "already_acknowledged"), (first.Text("status"), second.Text("status")));
        Assert.Equal("see", (await agent.CallAsync("await_result", $$"""{"message_id":"{{task}}"}""")).GetProperty("result").Text("content"));
    }

    [Fact]
    public void A_file_that_could_not_be_fetched_comes_with_what_to_do_about_it()
    {
        var missing = ReceivedFile.Missing(new FileReference("a.txt", 5, "0"), "what came is not what the message names");
        var claimed = new ClaimTaskResult(Claimed: true, Next: "Do the task.");

        Assert.Equal("Do the task. A file has an error: if you need it, release_task and claim again, and fail_task if that does not help.", claimed.WithFiles([missing]).Next);
        Assert.Equal("Do the task.", claimed.WithFiles([new ReceivedFile("/a.txt", 5)]).Next);
    }

    [Fact]
    public async Task Files_that_may_not_be_sent_post_and_acknowledge_nothing()
    {
        await using var bus = await TestBus.StartAsync();
        await using var agent = Agent(bus, "agent");
        await File.WriteAllTextAsync(folder.File("agent/secret"), "x");
        await File.WriteAllTextAsync(folder.File("agent/project/a.txt"), "x");
        var task = await agent.PostAsync("files", "work");
        await agent.ClaimAsync("files");

        var outside = await agent.FailAsync("post_task", """{"channel":"files","content":"why?","files":["../secret"]}""");
        var withoutResult = await agent.FailAsync("ack_task", $$"""{"message_id":"{{task}}","files":["a.txt"]}""");
        var outsideAck = await agent.FailAsync("ack_task", $$"""{"message_id":"{{task}}","result":"x","files":["../secret"]}""");
        var awaited = await agent.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":0}""");

        Assert.All([outside, outsideAck], refused => Assert.Contains("outside of the folders", refused, StringComparison.Ordinal));
        Assert.Contains("without a result", withoutResult, StringComparison.Ordinal);
        Assert.Equal("claimed", awaited.Text("status"));
        Assert.False((await agent.ClaimAsync("files")).GetProperty("claimed").GetBoolean());
    }

    private static JsonElement Only(JsonElement result) => Assert.Single(result.GetProperty("files").EnumerateArray());

    private ToolAgent Agent(TestBus bus, string name)
    {
        Directory.CreateDirectory(folder.File($"{name}/project"));
        Directory.CreateDirectory(folder.File($"{name}/home"));
        return new(new Uri(bus.BaseUrl), name, folders: new FileFolders(folder.File($"{name}/project"), folder.File($"{name}/home")));
    }
}
