using System.Globalization;
using System.Text;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Statements as PostgreSQL takes them.</summary>
internal static class SqlText
{
    /// <summary>Replaces the parameters <c>?</c> and <c>?1</c> by <c>$1</c>; what stands between quotes is left as it is.</summary>
    public static string Translate(string sql)
    {
        var text = new StringBuilder(sql.Length + 16);
        var count = 0;
        var isQuoted = false;
        for (var i = 0; i < sql.Length; i++)
        {
            isQuoted ^= sql[i] == '\'';
            if (sql[i] != '?' || isQuoted)
            {
                text.Append(sql[i]);
                continue;
            }

            var end = i + 1;
            while (end < sql.Length && char.IsAsciiDigit(sql[end]))
            {
                end++;
            }

            var number = end > i + 1 ? int.Parse(sql.AsSpan(i + 1, end - i - 1), CultureInfo.InvariantCulture) : ++count;
            text.Append(CultureInfo.InvariantCulture, $"${number}");
            i = end - 1;
        }

        return text.ToString();
    }
}
