using System.Collections.Concurrent;

namespace Backchannel.Native.Tools;

/// <summary>The last question on each task that this process has been told of.</summary>
internal sealed class ToldQuestions
{
    private const int MaxRemembered = 4096;

    private readonly ConcurrentDictionary<string, string> told = new();

    /// <summary>Remembers a question.</summary>
    /// <param name="call">Of the call that tells it: cancelled before the call is answered, it was told to nobody.</param>
    /// <returns>Whether it is new.</returns>
    public bool TryTell(string messageId, string questionId, CancellationToken call = default)
    {
        if (Find(messageId) == questionId)
        {
            return false;
        }

        if (told.Count >= MaxRemembered)
        {
            // A question that is forgotten is told again.
            told.Clear();
        }

        told[messageId] = questionId;
        call.UnsafeRegister(_ => told.TryRemove(KeyValuePair.Create(messageId, questionId)), null);
        return true;
    }

    /// <summary>Id of the question; null: none was told.</summary>
    public string? Find(string messageId) => told.TryGetValue(messageId, out var question) ? question : null;
}
