namespace Backchannel.Native.Cli;

/// <summary>The options of one invocation as they were typed; null where one was not.</summary>
internal sealed record CommandLineValues(
    string? BaseUrl = null,
    string? AgentLabel = null,
    string? LogLevel = null,
    string? Transport = null,
    string? Wake = null);
