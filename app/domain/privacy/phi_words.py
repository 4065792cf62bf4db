"""Words that stand after "patient", "Mr" or "Frau" and are nobody's name; in small letters, English and German."""

_STOPPED = """
a about after again all also am an and another any are as at auf aus bei beim bis but by can cannot could das dass dem
den denn der des die dies diese dieser do does done durch ein eine einem einen einer er erst es for from für gab get
gets got had has hat hatte have he her here hier his how i ihr im in into is ist it its just kam kann kein keine last
left let like may mit more must my nach near need needed needs new next nicht no noch nor not now nur ob oder of off
ohne ok on once one only or our out over per please s schon see seen seit sent set she should shows sich sie sind so
some still t that the their them then there these they this those to too two um und under until up us via von vor
waiting wait war warten wartet was we were what when where which while who whose why wie will wird with without wo
would you your yet zu zum zur über added already arrived back bitte called calls changed checked closed complete
confirmed coughing deleted down duplicated failed fehlen fehlend fehlt found gone gestern gives heute held hidden
jetzt kommt lies lost liegt looks made missing moved never nobody open opened opens pending ready refused sagt says
scanned sees selected shown sitting slow stopped stuck stands switched today tomorrow took transferred twice undefined
unknown unbekannt verschoben went worked works wrong wants falsch doppelt offen leer steht access account accession
acquisition admission age akte alarm alert album allergy anamnese anfrage anonymous app appointment archive area arm
armband arrival arzt assignment aufklärung aufnahme auftrag ausweis bag barcode base bed bereich bericht besuch bett
bild bilder birth board book booking bracelet browser button call card care case cd center centre chair chart check
class clinic clinical coil comfort communication console consent contact context control copy count couch cover cursor
data database date dates datei daten demo demographics department desk detail details diagnosis directory disc
discharge display document documents dose dosis dossier education emergency encounter entertainment entry error event
exam examination exams export fall falls feedback fehler field fields file files filter flow fluss folder form full
füllen gender gerät group gruppe handling handover header headphones health height history home icon id identification
identifier identity identität image images import index info information inquiry instance instructions intake intercom
interface isolation journey kabine karte kartei kennung key label laptop leitstelle letter level lift link list liste
load location locator login lookup lounge management manager mapping mappe master match matching menu merge message
messages module monitor monitoring mrn music name named namen names navigation notes notfall number nummer nummern
numbers object option order orders orientierung outcome overview page panel party path pathway photo phone position
positioner positioning positions prep preparation preview priority privacy problem profile program protocol queue
reception receipt recall record records reference referral region registration release report reports request result
results room root row rufanlage safety satisfaction scan schedule scheduling screen search selection selector series
service session sex sheet side site size slot software space staff stammdaten station status sticker storage studies
study summary support survey switch system tab table tables tag tags team template termin test tests therapy
throughput ticket time timeline timer tisch tool toolbar tracking transfer transport traffic trolley tube type
umlagerung unit update upload user verification verlegung view viewer visit volume waage wartebereich warteraum
wartezeit waitlist weight window workflow worklist wristband zimmer zone zugang zugriff zuordnung übersicht aera bar
bore cabinet calibration camera channel chiller cold compressor contrast controller cooling detector device driver
engineer fan filters firmware focus gantry gateway generator gradient guided head helium hardware host injector
installation kamera konsole license magnet maintenance mode modality network node operator patch pc phantom port power
printer probe pump quench rack radiographer reading reboot receiver restart safe scanner scanners sequence sequences
sequenz sequenzen server shielding shim siemens philips signal skyra startup tech technician technologist tesla
timeout training upgrade vendor version vida water workstation workstations abdomen ankle aorta bauch becken brain
breast brust brustkorb cardiac chest colon ct cervical dx ellenbogen elbow enterography femur finger foot fuß fuss
ganzkörper gehirn gelenk hals halswirbelsäule hand heart herz hip hüfte hws bws lws iliac kiefer knee knie knöchel
kopf körper leber liver lumbar lung lunge mamma mammo mammography mg mr mrcp mri mrt nacken neck nm oberschenkel orbit
pelvis petct pet prostata prostate rf rücken schädel schulter shoulder sinus spine stroke thorax tof thyroid urogramm
unterschenkel wirbelsäule wrist xr xray ultraschall ultrasound angio angiography angiographie röntgen durchleuchtung
fluoroscopy radiology radiologie icu itu ed ae opd ward intensivstation notaufnahme ambulanz theatre ops oper op
schockraum labor empfang anmeldung pforte monday tuesday wednesday thursday friday saturday sunday montag dienstag
mittwoch donnerstag freitag samstag sonntag january february march april june july august september october november
december januar februar märz mai juni juli oktober dezember morning afternoon evening night morgen mittag abend nacht
pacs ris vna hl7 dicom pdf ai ki edv sop uid url vpn ups qr sev aet sr cda fhir orm oru adt german english deutsch
englisch privat kasse regards gentleman gentlemen lady ladies herr herren frau frauen mrs ms miss dr prof doktor
doctor professor nurse sister schwester pfleger mann kind kinder man woman patient patients patientin patienten
patientinnen arztbrief befund befunde voraufnahme voraufnahmen studie untersuchung untersuchungen überweisung drucker
rechner tablet bildschirm maus tastatur kabel oberarzt chefarzt chefärztin oberärztin ärztin mta mtra mtr kollege
kollegin leitung verwaltung anästhesie chirurgie pädiatrie orthopädie neurologie urologie gynäkologie kardiologie
innere hno teams jacket barcodes artefakte bewegungsartefakte vormittag nachmittag verwechslung fr hr frl mx herrn
"""
# what follows "Herr" and "Frau" and is no name; every other word with a capital there is one
_ROLES = """
doktor doctor professor professorin kollege kollegin patient patientin patienten schwester nurse oberarzt oberärztin
chefarzt chefärztin arzt ärztin mit in im aus und oder and or der die das am an auf bei hat ist war kam
"""
# what stands before a caret and is no family name: HL7's message types, body parts of protocol names, the keyboard
_PROTOCOLS = """
ack adt orm oru omi omg orr mdm siu dft bar ctrl strg alt shift msh pid pv obr obx orc head neck abdomen thorax chest
pelvis spine brain knee shoulder hip wrist ankle heart cardiac lung liver kidney breast mammo vascular general kopf
hals becken schädel wirbelsäule hws bws lws library clinical specials angio neuro body extremities extremity upper
lower routine ct mr mri dx xr us nm pt rf mg phantom service qa test
"""
# German nouns that are put together; no family name of some frequency ends so
_ENDINGS = """
aufnahme aufnahmen bilder daten gerät geräte heit karte keit liste listen nummer nummern patient patienten portal raum
schaft scanner server stelle system tisch untersuchung verwaltung zimmer
"""

STOPPED, ROLES, PROTOCOLS = (frozenset(words.split()) for words in (_STOPPED, _ROLES, _PROTOCOLS))
ENDINGS = tuple(_ENDINGS.split())
