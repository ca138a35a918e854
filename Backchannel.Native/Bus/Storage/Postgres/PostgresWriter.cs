using Backchannel.Native.Bus.Storage.Engine;
using Npgsql;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>The connection that writes. It asks what a batch will ask in one round trip, at the batch's beginning.</summary>
/// <remarks>
/// The batch is rehearsed: its queries are noted and answered by guesses, its writes are forgotten. Then all that was asked is fetched at once, and
/// the batch runs on these answers. An answer that a write of the batch may have changed is not used: that query, and one that nobody foresaw, is
/// asked for itself. So guesses decide about speed alone.
/// </remarks>
internal sealed class PostgresWriter(NpgsqlDataSource source) : PostgresConnection(source), IRehearsal
{
    /// <summary>A rehearsal that saw wrong guesses is repeated with what was fetched for it.</summary>
    private const int MostRehearsals = 3;

    /// <summary>After so many wrong guesses at a query that led to no other query, further ones no longer repeat the rehearsal.</summary>
    private const int OftenHarmless = 8;

    /// <summary>Whether each answer is asked for once more when it is used. From a difference on, every write fails with it.</summary>
    private static readonly bool IsVerifying = AppContext.TryGetSwitch("Backchannel.Native.VerifyForeseenAnswers", out var isOn) && isOn;

    private readonly Guesses guesses = new();
    private readonly Dictionary<Question, SqlRows> answers = [];
    private readonly WrittenRows written = new();

    /// <summary>How often wrong guesses at a query led to no other one, such as those at counts that other buses change.</summary>
    private readonly Dictionary<PostgresStatement, int> harmless = [];

    private List<Question>? asked;
    private SqlCommand? last;
    private string? difference;

    /// <summary>In a rehearsal, and for an insert that would do nothing where its row is there, one row is taken for granted: the server then refuses such a row.</summary>
    public override int LastChanges
    {
        get
        {
            if (asked is not null)
            {
                return 1;
            }

            if (last is null || IsCareful)
            {
                return base.LastChanges;
            }

            last.IsTakenForGranted = true;
            return 1;
        }
    }

    /// <summary>Begins with nothing known.</summary>
    public void Forget()
    {
        if (difference is not null)
        {
            throw new InvalidOperationException(difference);
        }

        answers.Clear();
        written.Clear();
        last = null;
    }

    /// <inheritdoc/>
    public void Rehearse(Action work)
    {
        HashSet<PostgresStatement> wrong = [];
        for (var i = 0; i < MostRehearsals; i++)
        {
            Question[] open = [.. Ask(work).Distinct()];
            if (open.Length == 0)
            {
                foreach (var statement in wrong)
                {
                    harmless[statement] = harmless.GetValueOrDefault(statement) + 1;
                }

                return;
            }

            foreach (var statement in wrong)
            {
                harmless.Remove(statement);
            }

            wrong = Fetch(open);
            if (wrong.All(statement => harmless.GetValueOrDefault(statement) >= OftenHarmless))
            {
                return;
            }
        }
    }

    public override SqlRows Query(PostgresStatement statement, SqlValue[] values)
    {
        var question = new Question(statement, values);
        if (asked is not null)
        {
            return Foresee(question);
        }

        last = null;
        if (statement.Shape.Writes.Count > 0)
        {
            written.Add(statement.Shape.Writes, values);
            return base.Query(statement, values);
        }

        if (answers.TryGetValue(question, out var known) && !written.MayTouch(statement.Shape.Reads, values))
        {
            if (IsVerifying)
            {
                Verify(question, known);
            }

            return known;
        }

        if (known is null)
        {
            // Nobody foresaw it, maybe because a rehearsal was not repeated.
            harmless.Clear();
        }

        var rows = base.Query(statement, values);
        guesses.Remember(question, rows);
        return rows;
    }

    public override void Write(PostgresStatement statement, SqlValue[] values)
    {
        if (asked is not null)
        {
            return;
        }

        written.Add(statement.Shape.Writes, values);
        base.Write(statement, values);
        last = statement.Shape.IsOptionalInsert ? Waiting[^1] : null;
    }

    private void Verify(Question question, SqlRows known)
    {
        if (!base.Query(question.Statement, question.Values).IsSame(known))
        {
            difference = $"The answer to this query was fetched ahead, and a write of the batch has changed it: {question.Statement.Sql}";
            throw new InvalidOperationException(difference);
        }

        RoundTrips--;
    }

    private SqlRows Foresee(Question question)
    {
        if (question.Statement.Shape.Writes.Count > 0)
        {
            return SqlRows.Empty;
        }

        if (answers.TryGetValue(question, out var known))
        {
            return known;
        }

        asked!.Add(question);
        return guesses.For(question);
    }

    /// <returns>What the work asks when nothing of it is kept, as far as its answers are not known.</returns>
    private List<Question> Ask(Action work)
    {
        var writes = Writes;
        var questions = asked = [];
        try
        {
            work();
        }
        finally
        {
            Writes = writes;
            asked = null;
        }

        return questions;
    }

    /// <returns>The queries with a wrong guess, so that the rehearsal may have gone another way than the work will.</returns>
    private HashSet<PostgresStatement> Fetch(Question[] open)
    {
        var rows = Send([.. open.Select(static question => new SqlCommand(question.Statement, question.Values))]);
        HashSet<PostgresStatement> wrong = [];
        for (var i = 0; i < open.Length; i++)
        {
            if (!guesses.For(open[i]).IsSame(rows[i]))
            {
                wrong.Add(open[i].Statement);
            }

            answers[open[i]] = rows[i];
            guesses.Remember(open[i], rows[i]);
        }

        return wrong;
    }
}
