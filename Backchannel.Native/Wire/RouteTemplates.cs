namespace Backchannel.Native.Wire;

/// <summary>Paths of the API with their variable segments in braces, as a bus serves them.</summary>
internal static class RouteTemplates
{
    public const string Channel = Routes.Channels + "/{channel}";
    public const string ChannelAliases = Channel + "/aliases";
    public const string ChannelMessages = Channel + "/messages";
    public const string ChannelTasks = Channel + "/tasks";
    public const string TaskSettings = Channel + "/task-settings";
    public const string ChannelHistory = Channel + "/history";
    public const string ChannelEvents = Channel + "/events";
    public const string ChannelMetrics = Channel + "/metrics";
    public const string ChannelWorkers = Channel + "/workers";
    public const string ChannelMembers = Channel + "/members";
    public const string ChannelMember = ChannelMembers + "/{key}";
    public const string ChannelInvitations = Channel + "/invitations";
    public const string Invitation = "/v1/channel-invitations/{invitation}";

    public const string AccessRequests = Channel + "/access-requests";
    public const string AccessApproval = AccessRequests + "/{request}/approve";
    public const string AccessDenial = AccessRequests + "/{request}/deny";

    public const string Message = "/v1/messages/{message}";
    /// <summary>Stands between a message and the name of its file.</summary>
    public const string FilesOf = "/files/";
    public const string MessageFile = Message + FilesOf + "{sha256}";
    public const string Claim = Message + "/claim";
    public const string ClaimWithLease = Message + "/claim-with-lease";
    public const string TakeOver = Message + "/take-over";
    public const string Release = Message + "/release";
    public const string Ack = Message + "/ack";
    public const string Finish = Message + "/finish";
    public const string Cancel = Message + "/cancel";
    public const string Reopen = Message + "/reopen";
    public const string Notes = Message + "/notes";
    public const string Heartbeat = Routes.Leases + "/{token}/heartbeat";
    public const string TaskResult = "/v1/tasks/{message}/result";

    public const string Actor = Routes.Actors + "/{actor}";
    public const string ActorAliases = Actor + "/aliases";
    public const string ActorWebhook = Actor + "/webhook";

    public const string Session = Routes.Sessions + "/{session}";

    public const string ChannelPause = "/v1/admin/channels/{channel}/pause";
    public const string ChannelResumption = "/v1/admin/channels/{channel}/resume";
}
