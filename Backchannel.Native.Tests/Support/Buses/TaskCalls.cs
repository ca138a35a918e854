namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>What a poster and one worker do with a task.</summary>
internal static class TaskCalls
{
    private const string Session = "the-secret-of-the-worker";

    /// <summary>Posts a task with its options.</summary>
    /// <param name="body">JSON, such as <c>{"content":"x","priority":6}</c>.</param>
    /// <returns>Its id.</returns>
    public static async Task<string> PostTaskAsync(this BusCaller caller, string lane, string body) =>
        (await caller.SendAsync("POST", $"/v1/channels/{lane}/tasks", body, Guid.NewGuid().ToString())).Json.GetProperty("message").Text("id");

    /// <returns>The lease's token.</returns>
    public static async Task<string> ClaimTaskAsync(this BusCaller caller, string task) =>
        (await caller.SendAsync("POST", $"/v1/messages/{task}/claim-with-lease", $$"""{"actor":"worker","lease_seconds":60,"session":"{{Session}}"}""")).Text("lease_token");

    /// <param name="isHeld">Whether the worker claimed it before.</param>
    public static async Task AckTaskAsync(this BusCaller caller, string task, bool isHeld = true) =>
        Assert.Equal(200, (await caller.SendAsync("POST", $"/v1/messages/{task}/ack", isHeld ? $$"""{"actor":"worker","session":"{{Session}}"}""" : "{}")).Status);

    /// <summary>The worker gives up for good.</summary>
    public static async Task FailTaskAsync(this BusCaller caller, string task, string lease) => Assert.Equal(200, (await caller.SendAsync(
        "POST", $"/v1/messages/{task}/finish", $$"""{"outcome":"failed","reason":"no disk","retry":false,"actor":"worker","session":"{{Session}}","lease_token":"{{lease}}"}""")).Status);

    /// <summary>The worker asks whoever posted the task.</summary>
    public static async Task AskAboutTaskAsync(this BusCaller caller, string task, string lease) => Assert.InRange((await caller.SendAsync(
        "POST", $"/v1/messages/{task}/notes", $$"""{"kind":"question","text":"Which one?","actor":"worker","session":"{{Session}}","lease_token":"{{lease}}"}""")).Status, 200, 201);
}
