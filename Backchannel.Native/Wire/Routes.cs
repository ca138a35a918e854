namespace Backchannel.Native.Wire;

/// <summary>Paths of the Backchannel v1 HTTP API, relative to the base URL.</summary>
/// <remarks>Ids and names are percent-encoded here; the reference server decodes a path once, as Latin-1.</remarks>
internal static class Routes
{
    /// <summary>What needs a key lies below it.</summary>
    public const string Api = "/v1/";

    public const string Health = "/health";

    /// <summary>Of this bus only: 200 while the process answers.</summary>
    public const string Live = "/livez";

    /// <summary>Of this bus only: 200 while the bus can write, 503 otherwise and while it stops.</summary>
    public const string Ready = "/readyz";
    public const string Status = "/status";
    public const string Metrics = "/metrics";
    public const string Usage = "/account/usage";

    public const string Keys = "/v1/keys";
    public const string OwnKey = "/v1/keys/me";
    public const string OwnKeyScopes = "/v1/keys/me/scopes";
    public const string Channels = "/v1/channels";
    public const string Leases = "/v1/leases";
    public const string Files = "/v1/files";
    public const string Presence = "/v1/presence";
    public const string Actors = "/v1/actors";
    public const string Sessions = "/v1/sessions";
    public const string Audit = "/v1/security/audit";
    public const string Totals = "/v1/observability/metrics";
    public const string AdminKeys = "/v1/admin/keys";
    public const string Minting = "/v1/admin/minting";

    /// <summary>Of this bus only, like the three below: what people look at.</summary>
    public const string Lanes = "/v1/lanes";
    public const string Changes = "/v1/changes";
    public const string Search = "/v1/search";
    public const string Workers = "/v1/workers";

    public const string TaskPost = "/v1/tasks/post";
    public const string TaskPostWithResult = "/v1/tasks/post-with-result";
    public const string TaskBroadcast = "/v1/tasks/broadcast";
    public const string TaskClaim = "/v1/tasks/claim";
    public const string ClaimNext = "/v1/tasks/claim-next";
    public const string TaskClaimAndAck = "/v1/tasks/claim-and-ack";
    public const string TaskSubscription = "/v1/tasks/subscribe";
    public const string TaskWait = "/v1/tasks/wait";
    public const string OwnTasks = "/v1/tasks/mine";
    public const string ClaimableSession = "/v1/tasks/create-claimable-session";

    public static string Channel(string channel) => Fill(RouteTemplates.Channel, channel);

    public static string ChannelAliases(string channel) => Fill(RouteTemplates.ChannelAliases, channel);

    public static string ChannelMessages(string channel) => Fill(RouteTemplates.ChannelMessages, channel);

    public static string ChannelMetrics(string channel) => Fill(RouteTemplates.ChannelMetrics, channel);

    public static string AccessRequests(string channel) => Fill(RouteTemplates.AccessRequests, channel);

    public static string Message(string messageId) => Fill(RouteTemplates.Message, messageId);

    public static string Claim(string messageId) => Fill(RouteTemplates.Claim, messageId);

    public static string ClaimWithLease(string messageId) => Fill(RouteTemplates.ClaimWithLease, messageId);

    public static string TakeOver(string messageId) => Fill(RouteTemplates.TakeOver, messageId);

    public static string Release(string messageId) => Fill(RouteTemplates.Release, messageId);

    public static string Ack(string messageId) => Fill(RouteTemplates.Ack, messageId);

    public static string ChannelTasks(string channel) => Fill(RouteTemplates.ChannelTasks, channel);

    public static string Finish(string messageId) => Fill(RouteTemplates.Finish, messageId);

    public static string Cancel(string messageId) => Fill(RouteTemplates.Cancel, messageId);

    public static string Reopen(string messageId) => Fill(RouteTemplates.Reopen, messageId);

    public static string Notes(string messageId) => Fill(RouteTemplates.Notes, messageId);

    public static string TaskResult(string messageId) => Fill(RouteTemplates.TaskResult, messageId);

    public static string MessageFile(string messageId, string sha256) => Fill(RouteTemplates.MessageFile, messageId).Replace("{sha256}", sha256, StringComparison.Ordinal);

    /// <summary>Whether a request is for the bytes of a file.</summary>
    public static bool IsFile(string target) => target.Contains(RouteTemplates.FilesOf, StringComparison.Ordinal);

    public static string Heartbeat(string leaseToken) => Fill(RouteTemplates.Heartbeat, leaseToken);

    /// <param name="template">A path with one variable segment.</param>
    private static string Fill(string template, string segment)
    {
        var (start, end) = (template.IndexOf('{'), template.IndexOf('}') + 1);
        return string.Concat(template.AsSpan(0, start), Uri.EscapeDataString(segment), template.AsSpan(end));
    }
}
