namespace Backchannel.Native.Cli.Watch;

/// <summary>Which part is in sight of lines that may be more than the screen has.</summary>
internal sealed class Scroll
{
    private int first;

    /// <param name="steps">Up is negative.</param>
    public void Move(int steps) => first = (int)Math.Clamp((long)first + steps, 0, int.MaxValue / 2);

    public IEnumerable<string> Part(IReadOnlyList<string> lines, int rows)
    {
        first = Math.Min(first, Math.Max(0, lines.Count - rows));
        return lines.Skip(first).Take(rows);
    }
}
