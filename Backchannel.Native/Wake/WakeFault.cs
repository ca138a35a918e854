namespace Backchannel.Native.Wake;

/// <summary>A wake that failed.</summary>
/// <param name="Reason">For people.</param>
/// <param name="MayHaveArrived">Whether the session may read the text all the same: saying it again and again would fill the session with it.</param>
internal sealed record WakeFault(string Reason, bool MayHaveArrived);
