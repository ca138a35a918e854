namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Earlier answers, to guess by. A wrong guess costs a round trip and nothing else.</summary>
internal sealed class Guesses
{
    private const int Most = 4096;

    /// <summary>In bytes. Larger ones are not kept.</summary>
    private const int LargestAnswer = 4096;

    private readonly Dictionary<Question, SqlRows> answers = [];

    public SqlRows For(Question question) => answers.GetValueOrDefault(question) ?? answers.GetValueOrDefault(question.WithoutTimes()) ?? SqlRows.Empty;

    public void Remember(Question question, SqlRows answer)
    {
        if (answer.Size > LargestAnswer)
        {
            return;
        }

        if (answers.Count >= Most)
        {
            answers.Clear();
        }

        answers[question] = answer;
        answers[question.WithoutTimes()] = answer;
    }
}
