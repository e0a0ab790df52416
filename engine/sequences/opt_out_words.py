"""What people write who want to be left alone, wait, or ask for help: words and patterns, English first, then Spanish.

All is matched on small letters without accents and apostrophes (`opt_out.normalised`).
"""
# ruff: noqa: E501
# A pattern reads better whole.

import re

# A text that is nothing but one of these, politeness aside. The first seven are 47 CFR 64.1200(a)(10)'s own.
OPT_OUT_WORDS = {
    *(
        "quit it",
        "quit this",
        "end this",
        "end it",
        "cancel this",
        "cancel all",
        "revoke consent",
        "revoke permission",
        "no contact",
    ),
    *("stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe"),
    *(
        "stop all",
        "stopall",
        "optout",
        "opt me out",
        "unsub",
        "remove",
        "remove me",
        "remove us",
        "delete me",
        "dnc",
        "arret",
        "enough",
    ),
    *(
        "stop it",
        "stop this",
        "stop that",
        "just stop",
        "stop stop",
        "stop end",
        "stop 2 end",
        "stop to end",
        "reply stop",
        "cease",
        "desist",
    ),
    *(
        "stp",
        "sotp",
        "stpo",
        "tsop",
        "stap",
        "stoop",
        "stopit",
        "take me off",
        "block",
        "blocked",
        "spam",
        "scam",
        "go away",
        "fuck you",
    ),
    *(
        "parar",
        "alto",
        "pare",
        "paren",
        "para ya",
        "pare ya",
        "basta",
        "basta ya",
        "ya basta",
        "cancelar",
        "cancele",
        "detener",
        "detenga",
    ),
    *(
        "no mas",
        "ya no mas",
        "ya no",
        "baja",
        "dar de baja",
        "darme de baja",
        "borrar",
        "borrame",
        "eliminar",
        "salir",
        "desuscribir",
        "desuscribirme",
    ),
}
HELP_WORDS = {"help", "info", "help me", "ayuda", "aide"}
OPT_IN_WORDS = {"start", "unstop", "iniciar", "comenzar"}
POLITE = re.compile(
    r"\b(?:please|pls|plz|pleas|thanks|thank you|thank u|thx|ty|kindly|now|asap|immediately|right now|ok|okay|hi|hello|hey|sir|maam|guys|dude|bro"
    r"|por favor|porfa|gracias|favor|ya|hola|oye)\b"
)
STOP_SIGNS = frozenset("🛑⛔🚫✋🖐🤚🖕📵🙅")

# "Don't stop sending" is no opt-out; "why don't you stop" and "if you don't stop" are.
NEGATED = re.compile(
    r"(?:(?<![a-z])(?:please |pls |and |but |so |oh |no |hey |also )?)(?<!why )(?<!if you )(?<!you )(?<!they )"
    r"\b(?:dont|do not|never|no need to|not going to|not asking you to|didnt ask you to|wouldnt want you to|dont want you to|no pare de|no deje de|no dejes de)"
    r" (?:ever |please |you dare )?(?:stop|quit|cancel|unsubscribe|opt out|remove me|end|enviar|mandar|escribir)\b(?: me| us)?(?: \w+ing)?(?: me| us)?"
)

_REACH = r"(?:te?xts?|te?xte?d|te?xti?n[g]?|txting|messag(?:e|es|ed|ing)|msgs?|msging|call(?:s|ed|ing|in)?|contact(?:s|ed|ing)?|e ?mail(?:s|ed|ing)?|sms|spam(?:ming|s)?|notifications?|alerts?|reach(?:ing)? out|solicit(?:ing|ations?)?|robo ?(?:texts?|calls?)|updates|mailings?|communications?|drips?|listings? alerts?)"
_BOTHER = r"(?:bother(?:ing)?|bug(?:ging)?|harass(?:ing)?|pester(?:ing)?|annoy(?:ing)?|blow(?:ing|in)? up my (?:phone|cell)|hit(?:ting)? (?:me|us) up|writ(?:e|ing)|send(?:ing|in)?|disturb(?:ing)?|hound(?:ing)?)"
_FILL = r"(?:(?:the|all|these|those|your|ur|this|any|with|of|it|damn|fucking|freaking|stupid|automated|auto|promo|marketing|sending|getting|receiving|me|us|my|him|her|so many|so much|further|more|future|to|and|each|every)\b[ ,]*){0,5}"
_US = r"(?:me|us|my|this|here|again|any ?more|ever|any ?longer|him|her)"
_NOT = r"(?:dont|do not|never|no longer|shouldnt|should not|cant|cannot|may not|not to|wont|didnt|better not|do nt|dnt|dont ever|do not ever|never ever)"

OPT_OUT = tuple(
    re.compile(pattern)
    for pattern in (
        # the word itself, as the text's or a clause's own
        r"^stop\b(?! (?:by|in|at|over|on|off|through|sign|light|the (?:car|search)|and (?:see|look|visit)|renting|paying|signs?|for (?:gas|lunch|coffee|dinner)|before|after|near|along|here|there|tomorrow|tonight|later)\b)",
        r"^(?:unsubscribe|quit|end|cancel|revoke|opt ?out)(?: [.,!;]|[.,!;:]| all\b| me\b| everything\b| (?:the |these |all |your |my )?(?:texts?|messages?|subscription|sms|alerts?|service|emails?)\b| this subscription)",
        r"(?:[.!,;:?] ?|\bplease |\bpls |\bplz |\byou to |\bya to |\bsaid |\bsay |\bsaying |\bjust |\btype |\breply |\btext |\bwrote |\bsent |\bcan you |\bcould you |\bwould you |\bwill you |\bmust |\bneed to |\bwhen will (?:you|this|it) |\bso |\bmake (?:it|this) |\bwant (?:this|it|you) to |\balready )stop\b(?: ?$| ?[.!,;?]| please\b| now\b| it\b| this\b| already\b| ?stop\b| immediately| thanks)",
        rf"\b(?:stop|quit|cease|discontinue|halt|enough(?: with| of)?|knock off|cut out|no more|end|cancel|turn off|switch off|suspend|kill)\b {_FILL}(?:{_REACH}|{_BOTHER})\b(?! (?:than|about the (?:showing|tour)|back))",
        rf"\b{_NOT} (?!(?:\w+ )?(?:receive|received|get|got|see|seen|have|had|find|found|use|read)\b)(?:\w+ ){{0,2}}?(?:{_REACH}|{_BOTHER})(?: or {_REACH})?(?: (?:to |at |on )?{_US}\b(?! back)| ?$| ?[.!,;]| or\b)",
        rf"\bno (?:more |further |future )?(?:{_REACH})\b(?! (?:yet|from (?:the |my )?(?:seller|lender|bank|agent)|back|since|received|reception|service))",
        r"\b(?:un ?subs?c?r?i?b?e?|unsubcribe|unsuscribe|unsubscibe|unsuscribir|unsub)\w*\b",
        r"\bopt(?:ing|ed)?(?: me| us| my \w+)? ?out\b(?! of (?!this|these|those|your|all|any|the (?:text|message|list|email|sms|program)|text|message|email|sms|marketing|receiv|get|further|future))",
        # off the list
        r"\b(?:remove|drop|delete|erase|scratch|strike|scrub|purge|wipe|clear) (?:all )?(?:of )?(?:me|us|my|this|our) ?(?:phone |cell |mobile )?(?:$|[.!,;]|please|now|from|off|out|number|name|info|information|contact|data|details|record|e ?mail|file|#)",
        r"\b(?:take|get|pull|leave|keep) (?:me|us|my (?:name|number|info|phone|email|cell)|this number|our number)(?: \w+){0,2} (?:off|out of|from)\b(?! (?:the )?(?:market|work|airport|bus|contract))",
        r"\b(?:lose|forget|delete|erase|block|burn) (?:my|this|our|the) (?:number|phone|contact|info|digits)\b|\bforget (?:i|you|we) (?:exist|ever|have|had)",
        r"\b(?:put|add|place) (?:me|us|my (?:number|name)|this number) (?:on|to|in) (?:\w+ ){0,3}(?:do not|dont|no) ?(?:call|contact|text)|\bdo not (?:call|contact|text|disturb) (?:list|registry)|\bno call list\b|\bdnc\b",
        r"\b(?:off|from) (?:your|this|the|ur|that|any|all) (?:\w+ ){0,2}(?:mailing|contact|call|calling|text|texting|marketing|distribution|sms|phone|email)? ?lists?\b(?! of)(?<!off the list)",
        # not wanted
        r"\b(?:dont|do not|no longer|never|didnt|dont really|not) (?:want|wish|need|care|like|asked?|agree|consent|authorize|sign up)(?: \w+){0,2}? (?:to )?(?:receive|receiving|get|getting|hear|hearing|be (?:contacted|texted|called|messaged|bothered|emailed)|being (?:contacted|texted|called)|(?:your|these|those|any(?: more)?|more|further|ur|the) (?:(?:of|from) )?(?:\w+ )?(?:te?xts?|messages?|calls?|emails?|sms|spam|msgs?|contact|communication|solicitations?)|you (?:to )?(?:text|call|contact|messag|email|writ)\w*|texts?|messages?|calls?|sms)\b",
        r"\b(?:rather|prefer|like|want|wish|prefer that|appreciate it if|appreciate if|would) (?:to )?(?:you |it if you |if you |not |you would |youd )*(?:not|didnt|dont|never|wouldnt|quit|stopped) (?:be |being |to be |receive |receiving |get |getting |hear |hearing )?(?:from|text|call|contact|messag|email|writ|bother|receiv|send)\w*",
        r"\b(?:want|like|need|wish|ask(?:ing)?|request(?:ing)?|demand(?:ing)?)\w* (?:you )?(?:to be |it )?(?:to )?(?:out of (?:this|these|your)|be removed|removal|be taken off|be left alone|be deleted|off (?:this|your|the) list)",
        r"\b(?:leave|let) (?:me|us|my \w+) (?:the \w+ |\w+ )?(?:alone|in peace|be\b)|\beff (?:off|you)\b|\bget bent\b|\bdrop dead\b|\bf u\b|\bgtfo\b|\bbite me\b|\bkiss my\b|\bgo away\b|\bget lost\b|\bbuzz off\b|\bbugger off\b|\bshove (?:it|off)|\bnot? ?body asked\b|\bscrew (?:you|off)|\bfuck (?:off|you|u|this)|\bpiss off\b|\bf off\b|\bstfu\b|\bshut up\b|\beat shit\b|\bgo to hell\b|\bkick rocks\b|\bget a life\b|\bback off\b",
        r"\b(?:im|i am|i will|ill|gonna|going to|about to|will be|am|have|just|we are|were|and) (?:be )?(?:block|report)(?:ing|ed)? (?:you|this|your|u|ur|it|the number)|\bblock(?:ing|ed) (?:you|u|this|ur|your)\b|\breport(?:ing|ed)? (?:you|this|as|for) (?:to |as |for |number |text )*(?:spam|junk|the fcc|fcc|ftc|harass)|\b(?:this is|its|thats|just|pure) (?:\w+ )?(?:harass\w*|spam|a scam|illegal)\b|\bharass(?:ment|ing)\b|\bspammers?\b",
        r"\bsue (?:you|your|u)\b|\bsuing\b|\blawsuit\b|\btcpa\b|\bcease and desist\b|\b(?:legal action|small claims)\b|\b(?:lawyer|attorney)s?\b(?: \w+){0,3} (?:contact|call|hear|touch|be reaching|on this|will deal)|\b(?:hear|hearing|letter|contacted) (?:from|by) (?:my|our) (?:lawyer|attorney)|\b(?:file|filing|filed) a complaint|\b(?:fcc|ftc|attorney general)\b",
        # consent taken back
        r"\b(?:revok(?:e|ing|ed)|withdraw(?:ing|n)?|rescind(?:ing|ed)?|retract(?:ing)?|take back|taking back|cancel(?:l?ing)?|end(?:ing)?|remove|pull(?:ing)?) (?:(?:my|any|all|our|the|previous|prior)(?: \w+){0,2} )?(?:consent|permission|authoriz\w+|subscription|opt in)\b",
        r"\b(?:never|didnt|did not|dont|do not|not|no) (?:\w+ ){0,2}(?:consent|permission|authoriz\w+)\b|\bwithout my (?:consent|permission)\b",
        r"\b(?:asked|told|tell|telling|begged|warned|asking|said to|texted) (?:you|u|yall|ya|them|him|her|your \w+|this number)?(?: \w+){0,3}? ?(?:to )?(?:stop|quit|not to (?:text|call|contact)|leave me alone|remove me|be (?:removed|taken off|deleted|left alone))\b|\basked (?:\w+ ){0,3}to be (?:removed|taken off|left alone)\b",
        r"(?<!bus )(?<!pit )(?<!rest )(?<!truck )(?<!train )(?<!metro )(?<!one )(?<!non )(?<!first )(?<!next )(?<!last )(?<!quick )(?<!short )(?<!full )(?<!more )(?<!a )(?<!the )(?<!every )(?<!another )(?<!cant )(?<!wont )(?<!never )(?<!dont )(?<!you )(?<!we )(?<!i )(?<!it )(?<!that )(?<!this )\bstop ?[.!?]*$|\b(?:you|u|yall|people|guys|this|it|they) (?:ever |just |please |really )?stop ?[.!?]*$",
        r"\b(?:not|isnt|never) (?:ok|okay|cool|allowed|welcome|permitted|alright|appropriate) (?:for you )?to (?:text|call|contact|messag|email|writ)\w*|\b(?:tired|sick|annoyed|fed up|had enough|over it)\b(?: \w+){0,2} (?:of|with|by) (?:\w+ ){0,3}(?:te?xts?|messages?|calls?|emails?|spam|texting|calling)\b|\b(?:wish|want|need) (?:that )?(?:you|yall|u|this) (?:would |to |guys )*(?:stop|quit)\b",
        r"\b(?:information|info|number|name|data|details|contact|phone|email) (?:to be |be |is )?(?:removed|deleted|taken off|erased|purged|taken down)\b|\b(?:texting|messaging|calling|contacting) (?:a stranger|the wrong|somebody else|someone else|a complete)",
        r"\b(?:not?|never) (?:a |an )?(?:solicit\w+)\b|\bhow (?:do|can|to|would) (?:i |we |you )?(?:stop|end|cancel|get off|turn off|get out of|make (?:this|these|it) stop|shut off)\b(?! (?:renting|paying|foreclosure|by|my lease|the lease))",
        # somebody else's number
        r"\bwrong (?:number|person|phone|no|guy|lady|contact|individual|#|num|man|woman|recipient|cell|family|people)\b(?! of\b)(?! (?:for|on) (?:the )?(?:listing|house|property|beds?|lockbox))|\bwrong #",
        r"\b(?:no ?(?:one|body)|nobody) (?:here )?(?:by|named|called|with|of) (?:that|this)? ?(?:name)?\b|\bnot (?:the (?:right )?person|who you|whom you|the one you|his (?:phone|number)|her (?:phone|number)|their (?:phone|number))\b|\b(?:no longer|doesnt|does not|not) (?:\w+ )?(?:has|have|owns?|belong|use|uses) (?:to \w+ )?(?:this|the) (?:number|phone)?|\b(?:number|phone|cell) (?:doesnt|does not|no longer|isnt|is not) (?:belongs? to|\w+s?(?: number| phone| anymore| any ?more))|\bthis (?:number )?(?:is|was) (?:reassigned|not (?:his|hers|her|theirs))\b|\bthis is(?:nt| not| no longer) (?:his|her|their|the right|a|\w+s) (?:number|phone|cell)\b|\b(?:just got|new to|recently got|got) this (?:phone )?number\b|\b(?:im|i am) not (?:him|her|them)\b|\bmistaken (?:number|identity)\b|\byou(?:ve| have)? (?:got |texted |reached )the wrong\b|\bdont know (?:any|a|who) (?:\w+ )?(?:you are looking for|you want|that is)\b",
        # Spanish
        r"\b(?:ya )?(?:no|nunca|jamas) (?:me|nos|le|les) (?:vuelvan? a |vuelvas a |siga[ns]? |sigas )?(?:mand|envi|escrib|llam|contact|text|molest|busqu|marqu|hable|mens|acos)\w*",
        r"\b(?:deje[ns]?|dejar|deja|dejame|dejeme|pare[ns]?|parar|para|paren|cese[ns]?) (?:ya )?(?:de )(?:mand|envi|escrib|llam|molest|contact|recib|text|mens|acos|estar|marc)\w*",
        r"\b(?:dej[ae](?:n)?(?:me|nos)|dejenme|dejame|dejeme) (?:en paz|tranquil[oa])|\bno (?:molest|llam|escrib|mand|envi|contact)(?:e|es|en|ar|a)\b(?: mas| ya)?",
        r"\b(?:quit|borr|elimin|sac|saqu|remuev|retir|bajen|suprim|tach)\w*(?:me|nos|lo|la)? (?:\w+ ){0,3}(?:lista|numero|contactos?|base|datos|registro|nombre|telefono|celular)|\b(?:quit|borr|elimin|saqu)\w{0,4}(?:me|nos) ?(?:$|[.,!]|ya|de)",
        r"\b(?:dar|darme|darnos|deme|denme|dame|de) (?:me )?de baja\b|\bde baja\b|\bdesuscrib\w+|\banular (?:la )?suscripcion\b|\bcancel\w+ (?:la |mi |mis |los |estos )?(?:suscripcion|mensajes|textos)\b",
        r"\bno (?:quiero|deseo|queremos|necesito|acepto) (?:mas|recibir|que me|que nos|sus|estos|ningun|tus|seguir recib)\b(?! de (?:\d|un|dos|tres|cuatro|cinco)\b)(?! que \d)(?! (?:casas|cuartos|recamaras|visitas|condominios)\b)|\bno mas (?:mensajes|textos|llamadas|correos|sms|publicidad|spam)\b|\b(?:ya )?basta (?:de|con (?:los|tantos|estos)) (?:mensajes|textos|llamadas|tantos)",
        r"\bnumero (?:equivocado|incorrecto|erroneo|mal)\b|\b(?:persona|telefono) (?:equivocad|incorrect)\w+|\b(?:se|te) equivoc\w+ de (?:numero|persona)|\besta equivocad[oa]\b|\bno (?:conozco|es) (?:a )?(?:ningun|ese|esa|el numero)\w*|\baqui no (?:vive|hay)\b|\bno es (?:su|mi) numero\b",
        r"\b(?:alto|pare|paren|stop) (?:a |con |de |ya )?(?:los|estos|sus|tantos|mandar|los)? ?(?:mensajes|textos|llamadas)|\bretir\w+ mi (?:consentimiento|permiso)|\bvete a|\bchinga\w*|\bno autoric\w+|\bsin mi permiso\b|\bacoso\b",
    )
)

# Said to one channel alone, or for a while: automation rests, a person reads.
_WAY = r"(?:te?xts?|te?xting|e ?mails?|e ?mailing|calls?|calling|phone|messages?|messaging|whatsapp|sms)"
OTHER_CHANNEL = re.compile(
    rf"\b{_WAY} (?:me )?(?:only|instead|is (?:better|fine|best|ok|okay|preferred|easier|good)|works? (?:better|best)|are (?:better|fine|ok))\b"
    rf"|\b(?:only|just|rather|prefer|use|by|via|through|over) (?:to )?(?:be )?(?:an? )?{_WAY}\b(?<!just text me again)"
    rf"|\b(?:instead of|rather than|but not|not by|over) (?:an? )?{_WAY}\b|\b(?:ok|fine|okay|can|may|please|could|but) (?:to )?(?:e ?mail|call|text)(?: me| us)?\b(?! (?:or|and|any))"
    r"|(?:^|[.,;!] ?)(?:e ?mail|call|text) (?:me|us)\b(?! again)|\bme (?:por|al) (?:correo|email|texto|telefono|mensaje)\b|\b(?:mejor|solo|prefiero|mandeme un) (?:por )?(?:correo|email|textos?|mensajes?|llam\w+|telefono)\b"
)
FOR_A_WHILE = re.compile(
    r"\b(?:before|until|till|til|after (?=\d|noon|work|hours|dark|dinner|the \d)|while im|on (?:sundays?|saturdays?|weekends?|weekdays)|during|at work|at night|so (?:early|late|often|much)|this (?:week|month|early|late)|today|tomorrow"
    r"|tonight|for now|right now please wait|in the (?:morning|evening|middle)|as often|every (?:day|hour|week)|at this hour|past \d|first thing|hasta|antes de|despues de las|tan (?:temprano|tarde)|los domingos|en el trabajo)\b"
)

_HOME = r"(?:(?:a |an |the |our |my |another |new |nice )*(?:house|home|place|condo|property|townhouse|apartment|one|something|realtor|agent|broker|lender|rental|lease))"
PAUSE = tuple(
    re.compile(pattern)
    for pattern in (
        r"^(?:no+|nah|nope|naw)[ ,.!]*(?:thanks?|thank (?:you|u)|thx|ty|not? interest\w*|were good|im good|im ok|im okay|all set|gracias|por ahora)\b|^(?:were|im|all|we are|i am) (?:good|all set|set|ok|okay|fine)(?: thanks?| thank you| for now|,| ?$| ?[.!])|^(?:hard )?pass\b(?: ?$| ?[.!,]| on)|\b(?:ill|i will|well|we will|gonna|going to|gotta) (?:have to )?pass\b(?! (?:by|through|it|this|that|along))|^all set\b|^no gracias",
        r"\b(?:not|no longer|isnt|arent|not really|never|un|dis) ?interested\b(?! in (?:that|this|the (?:one|first|second|last)|those|these|condo|townho|house|anything (?:over|above|under|below|with|without|smaller|bigger|less|more)|a (?:condo|townhouse|fixer|pool|hoa)|renting|fixer|new|seeing|paying|(?!selling|buying|moving|working|talking|listing|hearing)\w+ing|homes? (?:over|with|near)))(?! [^.]*\b(?:but|only|show|just|send|instead|what about)\b)",
        r"\bno (?:tengo|tenemos|hay) interes\b(?! en (?:esa|ese))|\bno (?:me|nos) interesa\b(?! (?:es[ae]|el|la|un|los|las|ningun|con|en)\b)|\bno estoy interesad[oa]\b(?! en (?:es[ae]|el|la|los|las))|\bya no (?:busc|estoy|estamos|me interes|nos interes|necesit|quier|quer|vamos)\w*",
        r"\b(?:no longer|not|arent|isnt|stopped|done|finished|quit) (?:\w+ )?(?:looking|searching|in the market|house hunting|home shopping|shopping|buying|selling|moving|hunting|ready|a buyer|considering)(?! (?:at|for (?:anything|more|less|something)|for (?:a|an) (?:condo|townhouse|fixer|pool|bigger|\w+ over)|to (?:pay|spend)|forward|past|over|under|until|without))\b(?! [^.]*\bbut\b)",
        rf"\b(?:we|i|already|ive|weve|just|finally|have|and) (?:\w+ )?(?:bought|purchased|found|closed on|closed|signed with|went with|hired|chose|picked|got|have|rented|leased|sold|listed with|listed|using|bought with|renewed) (?:with )?{_HOME}\b(?! (?:to sell|to show|on zillow|we like|i like|online|that we|and (?:want|would)|you (?:sent|showed)|for sale))|\b(?:signed|going|went|listed|listing) with (?!you\b|the (?:lender|bank|title)|a lender)\w+|\balready (?:bought|sold|purchased|closed|rented|under contract|have (?:an agent|a realtor|someone)|working with|represented|signed|moved|found)\b|\bworking with (?:another|someone|a different|my (?:own|cousin|friend|sister|brother)|an?other|a realtor|an agent)\b|(?<!is it )(?<!is that )(?<!this )\bunder contract (?:already|elsewhere|on (?:another|a))\b(?! ?\?)|\bya (?:compr|encontr|tenemos|tengo|consegu|vend|rent|firm)\w*|\b(?:have|has|got) (?:an?other|our own|my own|a different) (?:agent|realtor|broker)\b|\bmy (?:agent|realtor) is\b",
        r"\b(?:changed|change) (?:my|our) minds?\b|\bon hold\b|\btaking a break\b|\bput(?:ting)? (?:this|it|things|everything|the search) (?:on )?(?:off|hold|aside|pause)|\bnot (?:at )?(?:this|a good) (?:time|moment)\b|\bnot (?:right )?now\b|\bnot (?:any ?more|until|for now|this year)\b|\bmaybe (?:next|in (?:a|the)|some ?day|later|another)\b|\bcheck back\b|\bgive (?:me|us) (?:some )?(?:space|time|a break)|\btoo (?:many|much) (?:te?xts?|messages?|emails?|calls?)\b|\bnot moving\b|\bdecided (?:not|against|to stay|to wait|to rent|to keep|to hold)\b|\bstaying put\b|\b(?:plans|things) (?:have )?changed\b|\bbacking out\b|\bcall(?:ed|ing)? off\b|\bdont (?:need|want) (?:an? |your |any )?(?:agent|realtor|help|home|house)\b|\b(?:por ahora|ahorita|por el momento) no\b|\bcambi\w+ de (?:opinion|planes)\b|\bmas adelante\b|\bquizas?\b",
        r"\bhow(?:d)? (?:did|do|you|have) (?:you|u|yall|ya)?(?: \w+)? ?(?:get|got|have|find|found|obtain) (?:my|this|our)\b|\bwhere (?:did|d) (?:you|u) (?:get|find) (?:my|this)\b|\bwho gave (?:you|u) (?:my|this)\b|\b(?:never|didnt|did not|dont (?:remember|recall)) (?:\w+ )?(?:signed?|signing|asked?|request\w*|fill\w*|sign(?:ing)? up|subscribe\w*|gave you|give you|inquir\w*|contact\w*|register\w*|reach\w* out)\b|\bis this (?:spam|a scam|legit|for real)\b|\bcomo (?:consigui|obtuv|encontr|tien|sac)\w* mi (?:numero|telefono|correo)|\bquien le dio mi\b|\bnunca (?:ped|me registr|solicit|firm)\w*",
        r"\bremove (?:me|my name|us)\b|\b(?:passed away|deceased|has died|died|funeral|murio|fallecio|in the hospital|divorc\w+|lost (?:my|his|her|our) job|laid off)\b|\b(?:too|very) busy\b(?! (?:today|street|road|area))|\bnot the (?:decision|owner|seller|buyer)\b|\bplease wait\b|\bunsure (?:about|if) (?:texts|messages)|\blost interest\b|\bnot for (?:us|me)\b ?(?:$|[.,!])|\b(?:another|different) (?:direction|route)\b|\b(?:found|got|bought) (?:one|something|it)\b ?(?:already|thanks|elsewhere|$|[.,!])|\bjust (?:bought|closed|purchased|moved)\b(?! (?:the|down|my) (?:price|date))|\bhave an? (?:agent|realtor|broker)\b|\bis (?:our|my) (?:realtor|agent|broker)\b|\b(?:keep|keeping|continue|stick with|sticking with) rent\w*|\b(?:ill|well|we will|i will|will) (?:reach out|contact you|let you know|be in touch|call you|get back to you|text you)\b|\b(?:text|texting|message|messaging|call|calling|writ\w+) (?:me )?(?:too|so) (?:much|often)\b|\b(?:once|twice) a (?:day|week|month|year) is\b|\bdont (?:think|believe) i (?:ever )?(?:signed|asked|gave|requested)|\bprefer (?:e ?mail|calls?|a call|text\w*)\b|\b(?:dont|do not|please no|no) (?:text|call|messag|email)\w* (?:during|before|after|while|at night|at work|on (?:weekends?|sundays?|saturdays?))|\boff the table\b|\b(?:lost|between) (?:\w+ )?jobs?\b|\bweekly is (?:enough|plenty)|\bless often\b|\bslow down\b(?! on)",
    )
)
# Asks for another way to be reached, without saying "stop": automation of this channel rests as well.
CHANGE_OF_CHANNEL = re.compile(
    rf"\b(?:instead of|rather than|not|dont|no) (?:by |via |through )?{_WAY}(?:ing)?\b.*|^(?:e ?mail|calls?|text(?:s|ing)?|phone)(?: me)? only\b"
)
# A capital letter tells a name: "This isn't Sarah", "No soy Maria". Read on the text as it was written.
NOT_NAMED = re.compile(
    r"\b(?:[Tt]his (?:is not|isn'?t|ain'?t|is no longer)|[Ii](?:'?m| am) not|[Nn]ot|[Nn]o soy|[Nn]o es|[Aa]in'?t no|[Tt]here(?:'?s| is) no|[Dd]on'?t know (?:any|an?|no)|^No) "
    r"(?!I\b|I'|Interested|Now|Today|Sure|In|Yet|Really|Looking|At|Ready|Right|A\b|An\b|The|Los|San|Rancho|Ontario|Zillow|Redfin|Saturday|Sunday|Monday|Tuesday|Wednesday|Thursday|Friday)"
    r"[A-Z][a-z]+(?: (?:here|anymore)| ?$| ?[.,!;]| [A-Z][a-z]+ ?[.,!;]?$)"
)
