using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>What people are told about the key of this process. Never a key.</summary>
/// <param name="warn">Takes one line for people.</param>
/// <param name="busName">What warnings call the bus.</param>
internal sealed class ApiKeyWarnings(Action<string> warn, string busName)
{
    private bool brokenFileReported;
    private bool memoryReported;
    private ApiKey? reported;

    /// <summary>Says once that a key file cannot be used.</summary>
    public void BrokenFile(string file)
    {
        if (!brokenFileReported)
        {
            brokenFileReported = true;
            warn($"{file} does not hold an API key; a new one is issued and written there");
        }
    }

    /// <summary>Says once that there is no file for the key.</summary>
    public void KeyInMemory(string cause)
    {
        if (!memoryReported)
        {
            memoryReported = true;
            warn($"the API key cannot be kept ({cause}); it is used until this process ends, and the next one gets another");
        }
    }

    /// <summary>Says once per key that the bus rejects it and issues no other.</summary>
    public void NotReplaced(RejectedKey rejected)
    {
        // Each call asks again as long as the bus issues no other.
        if (!rejected.Key.Equals(reported))
        {
            reported = rejected.Key;
            warn($"{Describe(rejected)}, and no other one was issued; nothing was changed");
        }
    }

    /// <param name="kept">Where the old key is kept; null: only where it was stored before.</param>
    public void Replaced(RejectedKey rejected, string? kept)
    {
        var oldKey = (kept ?? rejected.File) is { } place ? $"; the old one is kept in {place}" : "";
        warn($"{Describe(rejected)}; a new one was issued, which owns none of the channels of the old one{oldKey}");
    }

    private string Describe(RejectedKey rejected)
    {
        var key = rejected.File is { } file ? $"the key in {file}" : "the key that this process used so far";
        return rejected.Rejection.Code == ErrorCodes.KeyExpired ? $"{key} has expired at {busName}" : $"{busName} does not know {key}";
    }
}
