using System.Collections.Concurrent;
using Backchannel.Native.Wire;
using Microsoft.AspNetCore.Http;

namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>Repeats the first answer of a write that succeeded; two at once both run, as on the reference server.</summary>
internal sealed class IdempotentAnswers
{
    private readonly ConcurrentDictionary<string, BusReply> answers = new();

    public async Task<BusReply> AnswerAsync(HttpContext http, Func<HttpContext, Task<BusReply>> serve)
    {
        var key = $"{http.Request.Headers[HeaderNames.ApiKey]} {http.Request.Headers[HeaderNames.IdempotencyKey]}";
        if (http.Request.Headers[HeaderNames.IdempotencyKey].Count == 0)
        {
            return await serve(http);
        }

        if (answers.TryGetValue(key, out var earlier))
        {
            return earlier;
        }

        var answer = await serve(http);
        if (answer.Status < 300)
        {
            answers[key] = answer;
        }

        return answer;
    }
}
