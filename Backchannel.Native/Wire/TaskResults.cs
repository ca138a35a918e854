namespace Backchannel.Native.Wire;

/// <summary>Answer to <c>POST /v1/tasks/{message}/result</c>.</summary>
internal sealed record PublishedResult(string ResultChannel, Message Message);

/// <summary>Answer to <c>GET /v1/tasks/{message}/result</c>: the oldest result that has not expired.</summary>
internal sealed record TaskResult(string TaskId, Message Result);
