namespace Backchannel.Native.Work;

/// <summary>What a host puts in the place of words of a prompt on its standard input, before it asks for any permission: it takes them for its user's own.</summary>
internal enum PromptExpansion
{
    Nothing,

    /// <summary>Files, skills and words that ask for more effort, but only in the last part of a message that has several.</summary>
    LastPart,

    /// <summary>A file behind an at sign, unless a backslash stands before the sign.</summary>
    Files,

    /// <summary>A skill behind a dollar sign, whatever stands before it, and a plugin behind an at sign at the beginning of a link.</summary>
    Skills,
}
