namespace Backchannel.Native.Work;

/// <summary>A runner cannot go on. The text is for the user: what happened and what to do.</summary>
internal sealed class WorkException(string message) : Exception(message);
