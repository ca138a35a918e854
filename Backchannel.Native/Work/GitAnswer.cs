namespace Backchannel.Native.Work;

/// <summary>What one call of git said.</summary>
/// <param name="Output">What it printed, without the blanks around it.</param>
/// <param name="Errors">What it complained about.</param>
internal sealed record GitAnswer(int Code, string Output, string Errors)
{
    private const int NoCode = -1;

    public bool IsDone => Code == 0;

    /// <summary>Whether it answered a question: 1 is its no, and everything else says that it could not look.</summary>
    public bool IsAnswer => Code is 0 or 1;

    public static GitAnswer None(string why) => new(NoCode, "", why);
}
