namespace Backchannel.Native.Wake;

/// <summary>When a host runs a hook.</summary>
internal enum HookMoment
{
    /// <summary>A turn has ended, or what happens stands in the hook's input.</summary>
    TurnEnd,

    /// <summary>The user has written something. The host may take what a hook says then for a refusal, so it says nothing.</summary>
    Input,

    /// <summary>For as long as the session is open.</summary>
    Session,
}
