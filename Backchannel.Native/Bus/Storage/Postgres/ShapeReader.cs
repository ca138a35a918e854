namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Reads the tables and the equalities of a statement off its words. What it does not understand counts as all rows of the table.</summary>
internal static class ShapeReader
{
    private static readonly HashSet<string> AfterTables =
        ["where", "group", "order", "limit", "union", "having", "returning", "set", "on", "join", "left", "inner", "cross", "values"];

    /// <summary>The parts of a statement that have tables of their own: itself, each query within it, each side of a union.</summary>
    public static IEnumerable<IReadOnlyList<SqlToken>> Scopes(IReadOnlyList<SqlToken> tokens)
    {
        var open = new Stack<List<SqlToken>>();
        var done = new List<List<SqlToken>>();
        open.Push([]);
        for (var i = 0; i < tokens.Count; i++)
        {
            switch (tokens[i].Text)
            {
                case "(":
                    // A bracket that begins no query belongs to the scope around it; what is compared within it may be part of an OR.
                    open.Push(i + 1 < tokens.Count && tokens[i + 1].Text == "select" ? [] : [new SqlToken("(", null)]);
                    break;
                case ")":
                    var inner = open.Pop();
                    if (inner is [{ Text: "(" }, ..])
                    {
                        open.Peek().AddRange(inner);
                        open.Peek().Add(tokens[i]);
                    }
                    else
                    {
                        done.Add(inner);
                        open.Peek().Add(new SqlToken("(", null));
                        open.Peek().Add(tokens[i]);
                    }

                    break;
                case "union":
                    done.Add(open.Pop());
                    open.Push([]);
                    break;
                default:
                    open.Peek().Add(tokens[i]);
                    break;
            }
        }

        done.AddRange(open);
        return done;
    }

    /// <summary>The tables that a scope reads.</summary>
    public static IEnumerable<RowSet> Reads(IReadOnlyList<SqlToken> scope)
    {
        var tables = Tables(scope);
        var equalities = Equalities(scope, "where");
        foreach (var (table, alias) in tables)
        {
            yield return new RowSet(table, Keys(equalities, alias, isOnly: tables.Count == 1));
        }
    }

    /// <summary>The table that a statement writes; none for a query.</summary>
    public static IEnumerable<RowSet> Writes(IReadOnlyList<SqlToken> tokens)
    {
        switch (tokens)
        {
            case [{ Text: "insert" }, { Text: "into" }, var table, ..]:
                yield return new RowSet(table.Text, Inserted(tokens));
                break;
            case [{ Text: "update" }, var table, ..]:
                yield return new RowSet(table.Text, Unassigned(tokens, table.Text));
                break;
            case [{ Text: "delete" }, { Text: "from" }, var table, ..]:
                yield return new RowSet(table.Text, Keys(Equalities(Scopes(tokens).Last(), "where"), table.Text, isOnly: true));
                break;
        }
    }

    /// <summary>The columns that an update sets.</summary>
    public static IEnumerable<string> Assigned(IReadOnlyList<SqlToken> tokens)
    {
        var scope = Scopes(tokens).Last();
        for (var i = Find(scope, "set"); i >= 0 && i + 2 < scope.Count && scope[i].Text != "where"; i++)
        {
            if (scope[i].Text is "set" or "," && scope[i + 2].Text == "=")
            {
                yield return scope[i + 1].Text;
            }
        }
    }

    /// <summary>The columns that an insert of one row takes from parameters. With an update of the row that is there, only those that find it.</summary>
    private static Dictionary<string, int> Inserted(IReadOnlyList<SqlToken> tokens)
    {
        var columns = new List<string>();
        var i = 4;
        for (; i < tokens.Count && tokens[i].Text != ")"; i++)
        {
            if (tokens[i].IsName)
            {
                columns.Add(tokens[i].Text);
            }
        }

        var keys = new Dictionary<string, int>();
        if (tokens[3].Text != "(" || i + 2 >= tokens.Count || tokens[i + 1].Text != "values")
        {
            return keys;
        }

        var column = 0;
        var depth = 0;
        for (i += 3; i < tokens.Count && column < columns.Count && (depth > 0 || tokens[i].Text != ")"); i++)
        {
            depth += tokens[i].Text switch { "(" => 1, ")" => -1, _ => 0 };
            if (depth > 0)
            {
                continue;
            }

            if (tokens[i].Text == ",")
            {
                column++;
            }
            else if (tokens[i].Parameter is { } parameter && tokens[i - 1].Text is "(" or "," && i + 1 < tokens.Count && tokens[i + 1].Text is "," or ")")
            {
                keys[columns[column]] = parameter;
            }
        }

        // Several rows, or an update where the row is there.
        if (i + 1 < tokens.Count && tokens[i + 1].Text == ",")
        {
            return [];
        }

        var conflict = Find(tokens, "conflict");
        if (conflict >= 0 && Find(tokens, "update") > conflict)
        {
            var found = tokens.Skip(conflict).TakeWhile(static token => token.Text != ")").Select(static token => token.Text).ToHashSet();
            return keys.Where(key => found.Contains(key.Key)).ToDictionary();
        }

        return keys;
    }

    /// <summary>The equalities of an update, without the columns that it changes.</summary>
    private static Dictionary<string, int> Unassigned(IReadOnlyList<SqlToken> tokens, string table)
    {
        var scope = Scopes(tokens).Last();
        var keys = Keys(Equalities(scope, "where"), table, isOnly: Find(scope, "from") < 0);
        foreach (var column in Assigned(tokens))
        {
            keys.Remove(column);
        }

        return keys;
    }

    private static List<(string Table, string Alias)> Tables(IReadOnlyList<SqlToken> scope)
    {
        var tables = new List<(string, string)>();
        var isList = false;
        for (var i = 0; i < scope.Count; i++)
        {
            var word = scope[i].Text;
            if (word is "from" or "join" || (isList && word == ","))
            {
                isList = true;
                if (i + 1 < scope.Count && scope[i + 1].IsName)
                {
                    var alias = i + 2 < scope.Count && scope[i + 2].Text == "as" ? i + 3 : i + 2;
                    var isNamed = alias < scope.Count && scope[alias].IsName && !AfterTables.Contains(scope[alias].Text);
                    tables.Add((scope[i + 1].Text, isNamed ? scope[alias].Text : scope[i + 1].Text));
                }
            }
            else if (word is "where" or "group" or "order" or "limit")
            {
                isList = false;
            }
        }

        return tables;
    }

    /// <summary>The comparisons <c>column = parameter</c> that every row of a scope fulfils.</summary>
    private static List<(string? Alias, string Column, int Parameter)> Equalities(IReadOnlyList<SqlToken> scope, string after)
    {
        var found = new List<(string?, string, int)>();
        var depth = 0;
        for (var i = Find(scope, after); i >= 0 && i < scope.Count; i++)
        {
            depth += scope[i].Text switch { "(" => 1, ")" => -1, _ => 0 };
            if (depth > 0)
            {
                continue;
            }

            if (scope[i].Text == "or")
            {
                return [];
            }

            if (scope[i].Text == "=" && i + 1 < scope.Count && scope[i + 1].Parameter is { } parameter && scope[i - 1].IsName
                && (i + 2 >= scope.Count || scope[i + 2].Text is "and" or "order" or "limit" or "group" or "returning"))
            {
                var isQualified = scope[i - 2].Text == ".";
                if (scope[isQualified ? i - 4 : i - 2].Text is "where" or "and" or "+")
                {
                    found.Add((isQualified ? scope[i - 3].Text : null, scope[i - 1].Text, parameter));
                }
            }
        }

        return found;
    }

    private static Dictionary<string, int> Keys(IEnumerable<(string? Alias, string Column, int Parameter)> equalities, string alias, bool isOnly)
    {
        var keys = new Dictionary<string, int>();
        foreach (var equality in equalities.Where(equality => equality.Alias == alias || (isOnly && equality.Alias is null)))
        {
            keys[equality.Column] = equality.Parameter;
        }

        return keys;
    }

    private static int Find(IReadOnlyList<SqlToken> tokens, string word)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Text == word)
            {
                return i;
            }
        }

        return -1;
    }
}
