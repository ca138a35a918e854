namespace Backchannel.Native.Cli.Config;

/// <summary>What a client's parser reads beyond JSON.</summary>
internal enum JsonDialect
{
    /// <summary>Nothing.</summary>
    Strict,

    /// <summary>Comments, and no trailing commas.</summary>
    /// <remarks>Gemini CLI 0.61 and Qwen Code strip comments and hand the rest to JSON.parse.</remarks>
    Comments,

    /// <summary>Comments and trailing commas.</summary>
    CommentsAndTrailingCommas,
}
