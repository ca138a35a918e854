namespace Backchannel.Native.Bus.Storage;

/// <summary>The options that a post can name. The numbers are those of the database.</summary>
[Flags]
internal enum PostOptions
{
    None = 0,
    Priority = 1,
    MaxAttempts = 2,
    Delay = 4,
    DependsOn = 8,
    Files = 16,

    /// <summary>Posted as a task, with or without options: listed among its poster's tasks.</summary>
    Task = 32,

    /// <summary>Came with a <c>traceparent</c>, which <see cref="TraceStore"/> has. A mark of the request: no answer shows it among the options.</summary>
    Traced = 64,
}
