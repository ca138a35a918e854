using System.Globalization;

namespace Backchannel.Native.Files;

/// <summary>What Linux tells of a process in <c>/proc/ID/stat</c>.</summary>
/// <param name="Started">In ticks since the system's own start.</param>
/// <param name="IsRunning">False: it has ended, and its parent has not asked yet.</param>
internal sealed record ProcessStatus(int Id, int Parent, int Session, long Started, bool IsRunning)
{
    /// <returns>Null: there is no such process, or this system does not tell.</returns>
    public static ProcessStatus? Read(int id)
    {
        const int State = 0;
        const int Parent = 1;
        const int Session = 3;
        const int Started = 19;
        try
        {
            // The name of the program, which stands before in brackets, may hold any character.
            var status = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            var fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
            return new(id, Number(fields[Parent]), Number(fields[Session]), long.Parse(fields[Started], CultureInfo.InvariantCulture), fields[State] is not ("Z" or "X"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or FormatException or ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static int Number(string field) => int.Parse(field, CultureInfo.InvariantCulture);
}
