"""The phrases by which a message is understood, as data: pattern, what it means, how much it moves the temperature.

Nothing here is about who the writer is. Patterns run on folded text: lower case, plain quotes, accents kept.
"""

import re
from typing import NamedTuple

from engine.records.conversation import Intent


class Cue(NamedTuple):
    """One phrase. `weight` above 0 is towards acting now, below 0 away from it; `can_be_negated` where "not" turns it round."""

    pattern: re.Pattern[str]
    intent: Intent
    weight: float
    can_be_negated: bool = True


def _cues(intent: Intent, weight: float, *patterns: str, can_be_negated: bool = True) -> tuple[Cue, ...]:
    return tuple(Cue(re.compile(pattern), intent, weight, can_be_negated) for pattern in patterns)


_HOME = r"(?:house|home|place|property|condo|townhouse|townhome|duplex|unit|listing|it|one|casa|propiedad|depa\w*|condominio)"
_MY_HOME = r"(?:my|our|the|this|mom'?s|dad'?s|mi|nuestra|la) (?:\w+ ){0,2}?(?:house|home|place|property|condo|townhouse|duplex|casa|propiedad)"
_SOON = r"(?:today|tonight|tomorrow|this (?:week|weekend|afternoon|evening|morning)|hoy|mañana|este fin de semana|esta semana)"

REFUSALS: tuple[Cue, ...] = (
    *_cues(
        Intent.REFUSAL,
        -4.0,
        r"\b(?:stop|quit|cease) (?:bothering|calling|texting|messaging|contacting|emailing|harassing|spamming|writing|sending)\b",
        r"^\W*stop\W*$",
        r"\bleave (?:me|us) (?:alone|be)\b|\blose (?:my|this) number\b|\bgo away\b|\bbug off\b|\b(?:f\w*|piss|buzz) off\b|\bget lost\b",
        r"\b(?:remove|delete|take) (?:me|us|my (?:number|name|info\w*)|this number)\b",
        r"\bunsubscribe\b|\bopt(?:ing)?[ -]?out\b|\bdo[ -]?not[ -]?(?:call|contact|text|disturb)\b",
        r"\b(?:don'?t|do not|never|please no) (?:\w+ ){0,2}?(?:call|text|contact|message|email|write|bother|reach out)\b(?! (?:before|until|after|at work|between))",
        r"\bno more (?:texts|messages|calls|emails)\b|\bi(?:'ll| will) (?:report|block|sue)\b|\b(?:reporting|blocking) (?:you|this)\b",
        r"\b(?:never|won'?t|will not|not going to|not gonna|no plans? (?:to|on)|no intention (?:of|to)|refuse to|wouldn'?t) "
        r"(?:ever |be )?(?:sell|selling|buy|buying|move|moving|list|listing|leave|leaving)\b",
        r"\bnever\b[\w\s']{0,14}\b(?:sell|selling|buy|buying|move|moving|list|listing)\b",
        r"\bnot for sale\b|\b(?:isn'?t|is not|ain'?t) for sale\b|\bover my dead body\b|\bnot selling\b|\bnot (?:looking|planning|trying|wanting) to (?:sell|buy|move)\b",
        r"\bno (?:thanks?|thank you|thx|interest|gracias)\b|\bhard pass\b|\bpass on (?:this|that|it)\b|^\W*(?:pass|nope|nah)\W*$",
        r"\bdeje(?:n)? de\b|\bno me (?:interesa|llame|escriba|mande|moleste|contacte)\w*|\bno (?:estoy|estamos) interesad\w+|\bno (?:quiero|queremos|pienso|voy a) (?:vender|comprar|mudar)\w*|\bno vendo\b|\bno est[áa] en venta\b",
        can_be_negated=False,
    ),
    *_cues(
        Intent.REFUSAL,
        -4.0,
        r"\bnot (?:really |at all |very |currently |even )?interested\b(?! in (?:condos?|townh\w+|the (?:first|second|other)|that one))",
        r"\b(?:isn'?t|aren'?t|wasn'?t|not|no longer|never) (?:interested|in the market)\b(?! in (?:condos?|townh\w+|the (?:first|second|other)|that one))",
        r"\b(?:no longer|not|aren'?t|isn'?t|stopped|quit|done|finished) (?:looking|searching|shopping|house ?hunting)\b(?! (?:for|at) (?:condos?|townh\w+|anything (?:smaller|bigger|over|under)))",
        r"\b(?:decided|going|gonna|choosing|chose|rather) (?:not to (?:buy|sell|move|list)|to (?:stay|rent|renew|keep|wait it out)|against)\b",
        r"\bchanged (?:my|our) minds?\b|\btook (?:it|my \w+) off the market\b|\brenewed (?:my|our|the) lease\b",
        can_be_negated=False,
    ),
    *_cues(
        Intent.REFUSAL,
        -3.5,
        r"\b(?:already|just) (?:bought|purchased|closed|sold|found|signed|moved|went with|hired|listed)\b",
        r"\b(?:bought|purchased|closed on|found) (?:a|our|another|something|one) ?(?:house|home|place|condo|elsewhere|already)?\b(?=.*\b(?:already|last|elsewhere|thanks|ago|through)\b)",
        r"\b(?:have|has|got|using|use|working with|work with|signed with|hired|went with|with) (?:an?|our|my|another|a different|someone else'?s?) (?:\w+ )?(?:agent|realtor|broker)\b",
        r"\bmy (?:\w+ )?is (?:an? |my )(?:agent|realtor|broker)\b|\bya (?:compr[ée]|compramos|vend[íi]|vendimos|tengo (?:un )?agente|encontr\w+)\b",
    ),
)

WRONG: tuple[Cue, ...] = _cues(
    Intent.WRONG_PERSON,
    -4.0,
    r"\bwrong (?:number|person|guy|lady|house)\b|\b(?:not|isn'?t|no) (?:the )?(?:owner|person you)\b|\bi don'?t own\b|\bn[úu]mero equivocado\b",
    r"\b(?:this is(?:n'?t| not)|i'?m not|not) (?!(?:sure|ready|interested|looking|selling|in|a|an|the|going|really|able|able|too|very|that|yet|here|home|available|free|now|today|moving|buying)\b)[a-z]{3,12}$",
    r"\bnever (?:heard of|asked|signed up|requested|inquired|contacted you)\b|\bwho (?:gave|sold) you (?:my|this) number\b",
    can_be_negated=False,
)

STALLS: tuple[Cue, ...] = (
    *_cues(
        Intent.STALL,
        -2.5,
        r"\b(?:next year|in (?:a|one|two|three|\d) (?:or (?:two|three|\d) )?years?|(?:a few|several|couple(?: of)?|two|three|five) years|year or (?:so|two)|\d{1,2} years)\b(?! (?:old|ago|experience))",
        r"\b(?:some ?day|one day|eventually|down the (?:road|line)|not any ?time soon|long way off|after (?:retire|the kids|graduation)\w*|when (?:i|we) retire|cuando (?:me|nos) jubil\w+)\b",
        r"\b(?:just|only|merely|simply) (?:looking|browsing|curious|exploring|researching|wondering|dreaming|seeing what'?s out there|window shopping|kicking (?:the )?tires|being nosy)\b",
        r"\b(?:solo|nada m[áa]s) (?:estoy )?(?:mirando|viendo|curiosidad)\b|\bel (?:pr[óo]ximo|otro) año\b|\bm[áa]s adelante\b|\ben unos años\b",
        r"\bnot (?:quite |really |yet )?ready\b|\b(?:isn'?t|aren'?t) ready\b|\bno (?:rush|hurry|time ?line|time ?frame|plans)\b(?! (?:though )?but)",
        r"\b(?:maybe|perhaps|might|possibly) (?:later|next|in the|after|when|some ?time|down)\b|\bwait(?:ing)? (?:for (?:rates?|prices?|the market)|until|till|it out|and see)\b",
        r"\b(?:on hold|on pause|paus(?:ed|ing)|postpon\w+|put (?:it|this|that|things) off|holding off|hold off|back burner)\b",
        can_be_negated=False,
    ),
    *_cues(
        Intent.STALL,
        -1.5,
        r"\bnot (?:right now|now|today|yet|at (?:this|the) (?:time|moment)|this (?:week|month|year)|a good time)\b|\bahora no\b|\btodav[íi]a no\b|\bpor ahora no\b",
        r"\b(?:think|sleep|talk|pray) (?:it |this |that )?(?:about|on|over|through)\b(?: it| this)?|\bneed (?:some |more )?time\b|\bd[ée]jeme pensar\w*|\blo (?:voy a |tengo que )?pensar\b",
        r"\b(?:too|so|super|really|very|kinda|pretty) (?:busy|swamped|slammed)\b|\bcheck back\b|\b(?:call|text|try|contact|reach|hit) (?:me|us) (?:back )?(?:again )?(?:in|next|after|later)\b(?!(?: \w+){0,2}? (?:today|tomorrow|tonight|an hour|\d+ min|min\w*|\d{1,2}(?::\d\d)? ?(?:am|pm)))",
        r"\b(?:not sure|unsure|undecided|on the fence|don'?t know(?: yet| if)?|haven'?t decided|no s[ée])\b|\bwe'?ll see\b|\bya veremos\b|\bi'?ll (?:let you know|get back|be in touch)\b",
        can_be_negated=False,
    ),
)

OBJECTIONS: tuple[Cue, ...] = _cues(
    Intent.OBJECTION,
    -0.5,
    r"\b(?:too|so|way|pretty|awfully|muy) (?:expensive|high|pricey|much|steep|caro|cara|alto)\b|\bcan'?t afford\b|\bout of (?:my|our) (?:budget|range)\b|\bover ?priced\b",
    r"\b(?:rates?|interest|prices?|commissions?|fees?) (?:is|are|'re|seem\w*|look\w*) (?:\w+ )?(?:high|crazy|insane|ridiculous|up|nuts|killing)\b",
    r"\b(?:too (?:small|far|big|old|noisy)|needs (?:too much )?work|don'?t like|didn'?t like|not a fan)\b",
    r"\b(?:what|how much)(?:'s| is| are| do)? (?:your|you) (?:commission|fees?|charge)\b|\bwhy should i\b|\b(?:bad|terrible|awful|burned) (?:experience|by)\b|\b(?:lowball|scam|spam)\b",
)

HOT: tuple[Cue, ...] = (
    *_cues(Intent.VISIT, 3.0, r"\bcan'?t wait to (?:see|tour|visit|move|make|sign)\b", can_be_negated=False),
    *_cues(
        Intent.VISIT,
        3.0,
        rf"\b(?:can|could|may|when can|how (?:soon|quickly) can|what time can|is it possible (?:to|for)) (?:i|we|you|he|she|my \w+)? ?(?:\w+ ){{0,3}}?(?:see|tour|view|visit|show|walk|check out|look at|come (?:by|see|over)|stop by|swing by|drive by)\b",
        rf"\b(?:want|wanna|would like|'d like|'d love|would love|like|love|need|ready|hoping|able|available|free|planning) (?:to )?(?:go )?(?:see|tour|view|visit|walk through|check out|look at)\b(?! (?:more|your|at (?:more|all)|all|what|some|how|if|whether|the (?:market|numbers|comps)))",
        r"\b(?:schedule|book|set up|arrange|reserve|confirm) (?:a|an|the|my|our|another)? ?(?:private |second |quick |in-?person )?(?:tour|showing|viewing|visit|appointment|walk-?through|time|meeting|consultation)\b",
        r"\b(?:see|tour|view|visit|show) " + _HOME + rf"\b[\w\s']{{0,20}}\b{_SOON}",
        rf"\b{_SOON}\b[\w\s',]{{0,20}}\b(?:work|works|good|free|available|fine|perfect|showing|tour)\b|\b(?:available|free|off work|can do|works?) (?:\w+ ){{0,2}}?{_SOON}",
        r"\b(?:quiero|queremos|quisiera|me gustar[íi]a|nos gustar[íi]a|puedo|podemos|podr[íi]a(?:mos)?|cu[áa]ndo (?:puedo|podemos)) (?:\w+ )?(?:ver|visitar|conocer|agendar)\w*",
        r"\b(?:second|another) (?:look|showing|tour)\b|\bmeet (?:you )?(?:at|there|in person|" + _SOON + ")",
    ),
    *_cues(
        Intent.OFFER,
        3.5,
        r"\b(?:make|submit|write(?: up)?|put in|put|send|place|present|draft|draw up) (?:in )?(?:an?|our|my|the|another|a strong|a full[- ]price|a cash)? ?(?:\w+ )?(?:offer|bid|contract)\b",
        r"\b(?:we|i)(?:'ll|'d| will| would|'re going to|'m going to|'re ready to| want to|'m ready to) (?:take (?:it|the)|buy it|sign|move forward|go for it|offer)\b|\bwhere do (?:i|we) sign\b|\bsend (?:me |us |over )?(?:the )?(?:contract|paperwork|papers|docs|agreement)\b",
        r"\bready to (?:buy|sell|sign|list|go|offer|move|make|start|pull the trigger|close|put)\b|\b(?:hacer|hago|presentar) (?:una )?oferta\b|\blist[oa]s? para (?:comprar|vender|firmar)\b",
        r"\b(?:full (?:price|asking)|cash offer|earnest money|close (?:in|by|within) \d+|close (?:fast|quick|quickly|asap)|move forward)\b",
    ),
    *_cues(
        Intent.LIST_HOME,
        3.5,
        rf"\b(?:want|wanna|need|ready|have|like|going|looking|planning|trying|decided|hoping|must|gotta) (?:to )?(?:sell|list|unload|get rid of) (?:{_MY_HOME}|it|asap|soon|quick\w*|fast|by|within|before|in the next)\b",
        rf"\b(?:sell|list|put) {_MY_HOME}\b[\w\s,']{{0,24}}\b(?:soon|asap|fast|quick\w*|now|this (?:week|month|spring|summer|fall)|by|before|within|in (?:the next )?\d+|on the market)\b",
        r"\b(?:what(?:'s| is| would| could| can)|how much (?:is|would|could|can|do you think)) (?:my|our|mi) (?:\w+ )?(?:house|home|place|property|condo|casa)\b",
        r"\b(?:quiero|queremos|necesito|necesitamos) vender\b|\bcome (?:take a )?(?:look|see|list|evaluate|appraise)\b|\bwhen can you (?:list|come|start)\b",
    ),
    *_cues(
        Intent.CALL,
        2.5,
        rf"\b(?:call|phone|ring|give me a (?:call|ring)|ll[áa]me(?:me)?) ?(?:me|us)?\b[\w\s']{{0,16}}\b(?:now|asap|right away|{_SOON}|at \d|after \d|before \d|when you can|in (?:an hour|\d+ min\w*)|cuanto antes)\b",
        r"\b(?:can|could|when can) (?:you|we|i) (?:please )?(?:call|talk|speak|chat|hop on)\b|\bplease call\b|\bgive me a (?:call|ring)\b|\bpuede llamar\w*\b",
    ),
    *_cues(
        Intent.LOOKING,
        2.0,
        r"\b(?:asap|as soon as possible|immediately|right away|urgent(?:ly)?|lo antes posible|urgente|cuanto antes)\b",
        r"\b(?:need|must|have|has|got|gotta) (?:to )?(?:move|buy|sell|close|be (?:in|out)|relocate|find (?:a|something)|leave|vacate)\b",
        r"\b(?:lease|rental|contract) (?:is |s )?(?:ends?|ending|up|expir\w+|over)\b|\bjust got (?:pre-?approved|a job|transferred|married|orders)\b|\b(?:in escrow|already in contract|under contract on)\b",
        r"\b(?:pre-?approved|preaprobad\w+|pre-?approval (?:letter|in hand|done)|approved for|cash buyer|paying cash|pay cash|all cash|proof of funds|de contado|en efectivo)\b",
        r"\b(?:relocat\w+|transferr?(?:ed|ing)|starting (?:a )?(?:new )?job|foreclos\w+)\b",
        r"\b(?:within|in|next|under|less than) (?:the next )?(?:\d{1,2}|two|three|four|six|a|thirty|sixty) ?(?:-|to)? ?(?:\d{0,2}) ?(?:days?|weeks?|d[íi]as|semanas)\b|\b(?:this|next) month\b|\bby the end of (?:the|this|next) month\b",
    ),
)

WARM: tuple[Cue, ...] = (
    *_cues(Intent.LOOKING, 1.0, r"\b(?:divorc\w+|probate|inherited|estate sale|downsiz\w+)\b"),
    *_cues(
        Intent.ASK_PRICE,
        1.0,
        r"\b(?:how much|what(?:'s| is) the (?:price|asking|list price|cost|hoa|payment|down payment)|asking price|price (?:drop|reduc\w+|range|on)|cu[áa]nto (?:cuesta|vale|piden)|precio|negotiable|wiggle room|comps)\b",
    ),
    *_cues(
        Intent.ASK_HOME,
        1.0,
        r"\b(?:is|are) (?:it|this|that|they|the \w+|\d+ [\w ]{2,20}) (?:still )?(?:available|on the market|for sale|pending|sold)\b|\bstill available\b|\bsigue disponible\b|\best[áa] disponible\b",
        r"\b(?:how (?:big|old|many|far|long|is)|does (?:it|the)|do (?:they|the)|is there|are there|what (?:year|school|are the|kind|else|about)|any (?:pics|photos|pictures|info|details|updates|others?)|more (?:info\w*|details|photos|pics|pictures|about)|floor ?plan|square f\w+|sq ?ft|hoa|tienen|tiene)\b",
        r"\b(?:send|text|email|show|share|forward|give) (?:me|us|it|that|those|over|the|some|more)\b|\b(?:m[áa]nde(?:me)?|env[íi]e(?:me)?)\b",
    ),
    *_cues(
        Intent.LOOKING,
        1.0,
        r"\b(?:looking (?:for|to|at|in|into)|searching|hunting|shopping|in the market|interested|interesad\w+|me interesa|busco|buscamos|estoy buscando|thinking (?:about|of)|considering|would like|'d like|hoping|want|wants|prefer|need)\b",
        r"\b(?:buy|buying|sell|selling|purchase|invest|downsiz\w+|upsiz\w+|upgrad\w+|comprar|vender)\b",
        r"\b(?:\d(?:\.\d)? ?(?:bed|bd|br|bath|ba|rec[áa]mara|habitaci)\w*|\d{2,4} ?k\b|\$ ?\d|budget|presupuesto|yard|pool|garage|patio|alberca)\b",
    ),
    *_cues(
        Intent.LOOKING,
        0.6,
        r"\b(?:yes|yeah|yep|yup|sure|ok|okay|sounds good|great|perfect|absolutely|definitely|of course|s[íi]|claro|perfecto|thank|thanks|gracias|love it|loved it|like it|nice|works)\b",
    ),
)

CONFUSED: tuple[Cue, ...] = (
    *_cues(
        Intent.ARE_YOU_A_BOT,
        0.0,
        r"\b(?:are you|is this|am i (?:talking|texting|speaking) (?:to|with)) (?:a |an |really a |even a |even )?(?:bot|robot|ai|a\.i\.|machine|computer|real|human|automated|person|chat ?gpt)\b|\beres (?:un )?(?:robot|bot|humano)\b",
        can_be_negated=False,
    ),
    *_cues(
        Intent.CONFUSED,
        -0.2,
        r"\bwho(?:'s| is) (?:this|that|dis)\b|\bdo i know you\b|\bwhat(?:'s| is) this (?:about|regarding|for)\b|\bnew phone\b|\bhuh\b|^\W*\?+\W*$|\b(?:don'?t|do not|didn'?t) (?:understand|get it|follow)\b|\bno entiendo\b|\bqui[ée]n (?:es|eres)\b",
        can_be_negated=False,
    ),
)
NEGATORS = re.compile(
    r"(?:\b(?:not|no|never|don'?t|doesn'?t|didn'?t|isn'?t|aren'?t|ain'?t|won'?t|wouldn'?t|can'?t|cannot|haven'?t|hasn'?t|without|nor|"
    r"neither|nunca|tampoco|sin|stop|quit)\b)[\w\s']{0,22}$"
)
EVERY = (*REFUSALS, *WRONG, *STALLS, *OBJECTIONS, *HOT, *WARM, *CONFUSED)
