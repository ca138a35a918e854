namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Earlier answers, to guess by. A wrong guess costs a round trip and nothing else.</summary>
internal sealed class Guesses
{
    private const int Most = 4096;

    /// <summary>In bytes. Larger ones are not kept.</summary>
    private const int LargestAnswer = 4096;

    private readonly Dictionary<Question, SqlRows> answers = [];

    /// <summary>No rows, where nothing is known.</summary>
    public SqlRows For(Question question) => answers.GetValueOrDefault(question) ?? answers.GetValueOrDefault(question.WithoutTimes()) ?? SqlRows.Empty;

    public void Remember(Question question, SqlRows answer)
    {
        Keep(question, answer);
        if (question.WithoutTimes() is var other && other != question)
        {
            Keep(other, answer);
        }
    }

    private void Keep(Question question, SqlRows answer)
    {
        if (answer.Count == 0)
        {
            // Most questions without an answer are about something new, and do not come again.
            answers.Remove(question);
        }
        else if (answer.Size <= LargestAnswer)
        {
            if (answers.Count >= Most)
            {
                answers.Clear();
            }

            answers[question] = answer;
        }
    }
}
